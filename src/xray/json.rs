//! A record as JSON, for the curious.

use super::{Event, Outcome, Record, What};
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

/// One record; times in microseconds.
pub fn to_json(record: &Record) -> Value {
    let (before, after) = record.data();
    json!({
        "number": record.number,
        "began": record.began.format(&Rfc3339).unwrap_or_default(),
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "took_us": micros(record.took),
        "slept_us": micros(record.slept()),
        "before": before,
        "after": after,
        "events": record.events.iter().filter_map(|event| told(record, event)).collect::<Vec<_>>(),
    })
}

/// The data are in the record already.
fn told(record: &Record, event: &Event) -> Option<Value> {
    let (name, what) = match &event.what {
        What::CookieIn { name, value, good } => (
            "cookie_in",
            json!({"name": &**name, "value": value.to_string(), "good": good}),
        ),
        What::Foreign => ("foreign", json!({})),
        What::Lock => ("lock", json!({})),
        What::Sleep => ("sleep", json!({})),
        What::Note(about, detail) => (
            "note",
            json!({"about": about, "detail": record.text(*detail)}),
        ),
        What::Store(call) => (
            "store",
            json!({
                "store": call.store,
                "operation": call.operation.name(),
                "statement": &*call.statement,
                "bytes": call.bytes,
                "outcome": outcome(call.outcome),
            }),
        ),
        What::CookieOut {
            name,
            value,
            attributes,
        } => (
            "cookie_out",
            json!({
                "name": &**name,
                "value": value.map(|value| value.to_string()),
                "attributes": record.text(*attributes),
            }),
        ),
        What::Before(_) | What::After(_) => return None,
    };
    let mut all = Map::new();
    all.insert("event".into(), name.into());
    all.insert("at_us".into(), micros(event.at()).into());
    all.insert("took_us".into(), micros(event.took()).into());
    all.extend(what.as_object().cloned().unwrap_or_default());
    Some(all.into())
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::NotThere => "not there",
        Outcome::Failed => "failed",
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
