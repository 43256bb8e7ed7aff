//! What was measured of a request, and to which layer it belongs.

use super::layers::Part;
use crate::xray::{Event, Operation, Record, What};

// ANCHOR: parts
/// What happened, each with the part in which it did. The X-ray keeps no layers: this follows
/// from the order of events.
pub(super) fn parts(record: &Record) -> Vec<(Part, &Event)> {
    let (mut loaded, mut locked) = (false, false);
    let part = |event: &Event| match &event.what {
        What::Store(call) => match call.operation {
            // Loaded for the handler's arguments; and once more, when it has taken the lock.
            Operation::Load if !std::mem::replace(&mut loaded, true) => Part::Arguments,
            Operation::Load if locked => Part::Handler,
            Operation::Touch => Part::Arguments,
            _ => Part::Session,
        },
        What::Lock => {
            locked = true;
            Part::Handler
        }
        What::Sleep | What::Note(..) => Part::Handler,
        _ => Part::Session,
    };
    record.events.iter().map(part).zip(&record.events).collect()
}
// ANCHOR_END: parts

/// In words; `None` for the data, which the X-ray shows in full.
pub(super) fn told(record: &Record, event: &Event) -> Option<String> {
    let what: String = match &event.what {
        What::CookieIn { good: true, .. } => "your cookie came, with a good signature".into(),
        What::CookieIn { good: false, .. } => {
            "a cookie of our name came, but it is not ours".into()
        }
        What::Foreign => "a foreign page's request: no session".into(),
        What::Lock => "the session's lock was waited for".into(),
        What::Store(call) => format!("store: {}", call.operation.name()),
        What::Sleep => "slept on purpose".into(),
        What::Note(name, text) => format!("{name}: {}", record.text(*text)),
        What::Before(_) | What::After(_) => return None,
        What::CookieOut { value: Some(_), .. } => "Set-Cookie was added".into(),
        What::CookieOut { value: None, .. } => "a Set-Cookie that removes the cookie".into(),
    };
    let took = match event.took().is_zero() {
        true => String::new(),
        false => format!(", took {} µs", event.took().as_micros()),
    };
    Some(format!("after {} µs: {what}{took}", event.at().as_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::{Label, Outcome, Recording, StoreCall};
    use time::OffsetDateTime;

    fn store(operation: Operation) -> What {
        What::Store(StoreCall {
            store: "memory",
            operation,
            statement: Label::new(""),
            bytes: 0,
            outcome: Outcome::Done,
        })
    }

    #[test]
    fn the_order_of_events_tells_where_each_belongs() {
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, "POST", "/0420/write");
        let load = || store(Operation::Load);
        for what in [load(), What::Lock, load(), store(Operation::Save)] {
            recording.happened(what);
        }
        let record = recording.finished(303).unwrap();
        let found: Vec<_> = parts(&record).into_iter().map(|(part, _)| part).collect();
        let expected = [Part::Arguments, Part::Handler, Part::Handler, Part::Session];
        assert_eq!(found, expected);
    }
}
