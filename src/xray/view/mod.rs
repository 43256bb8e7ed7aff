//! Records as they are shown under a lesson and at `/xray`.

mod data;
mod timeline;

use super::{Event, Operation, Outcome, Record, What, json::outcome};
use maud::{Markup, html};
use std::{sync::Arc, time::Duration};
use time::macros::format_description;

/// The panel: the records that are known, the newest first, and room for those that come.
pub fn panel(records: &[Arc<Record>]) -> Markup {
    html! {
        section.xray aria-labelledby="xray-title" data-xray {
            h2 #xray-title { "X-ray: your requests, taken apart" }
            p.quiet data-xray-state {
                "Only your own requests are here, kept in memory for a while. "
                a href="/xray" { "On a page of its own" } " · "
                a href="/xray.json" { "as JSON" }
            }
            ol.records data-xray-records {
                @for record in records.iter().rev() {
                    li { (record_html(record)) }
                }
            }
            @if records.is_empty() {
                p data-xray-empty { "Nothing yet. Use the live endpoint, and watch." }
            }
        }
    }
}

/// One record.
pub fn record_html(record: &Record) -> Markup {
    let began = format_description!("[hour]:[minute]:[second]");
    let began = record.began.format(&began).unwrap_or_default();
    html! {
        article.record data-number=(record.number) {
            h3 {
                code { (record.method) " " (record.path) } " "
                @if record.status > 0 {
                    span.status { (record.status) }
                } @else {
                    span.status { "at work" }
                }
                " " span.took { (duration(record.took)) } " "
                span.quiet { (began) " UTC" }
            }
            (timeline::timeline(record))
            ol.events {
                @for event in &record.events {
                    @if let Some(text) = text(record, event) {
                        li class=(kind(&event.what)) {
                            span.at { (duration(event.at())) }
                            span.what { (text) }
                            @if !event.took().is_zero() && lasts(&event.what) {
                                span.took { (duration(event.took())) }
                            }
                        }
                    }
                }
            }
            (data::difference(record))
        }
    }
}

/// The kind of an event, which decides its colour.
fn kind(what: &What) -> &'static str {
    match what {
        What::CookieIn { .. } | What::CookieOut { .. } => "cookie",
        What::Foreign => "foreign",
        What::Lock => "lock",
        What::Store(_) => "store",
        What::Sleep => "sleep",
        What::Note(..) => "note",
        What::Before(_) | What::After(_) => "data",
    }
}

/// Whether it takes time, or is but a moment.
fn lasts(what: &What) -> bool {
    matches!(what, What::Lock | What::Store(_) | What::Sleep)
}

fn text(record: &Record, event: &Event) -> Option<Markup> {
    Some(match &event.what {
        What::CookieIn {
            name,
            value,
            good: true,
        } => html! { "cookie " code { (name) } " came with the id " code { (value) }
        ", its signature is ours" },
        What::CookieIn { name, value, .. } => html! { "cookie " code { (name) } " came with "
        code { (value) } ", but not signed by us: nobody's" },
        What::Foreign => html! { "another origin's page sent this: no session" },
        What::Lock => html! { "waited for the lock of the session" },
        What::Sleep => html! { "slept, holding nothing" },
        What::Note(about, detail) => html! { (about) ": " (record.text(*detail)) },
        What::Store(call) => html! {
            (call.store) " " strong { (call.operation.name()) } ": " code { (call.statement) }
            @if call.bytes > 0 { ", " (call.bytes) " bytes" }
            @match (call.outcome, call.operation) {
                (Outcome::Done, _) => {},
                (Outcome::NotThere, Operation::Create) => { ", the id is taken" }
                (Outcome::NotThere, Operation::Save) => { ", it is gone or has another version" }
                (other, _) => { ", " (outcome(other)) }
            }
        },
        What::CookieOut {
            name, value: None, ..
        } => html! { "told the browser to forget " code { (name) } },
        What::CookieOut {
            name,
            value: Some(value),
            attributes,
        } => html! { "set " code { (name) "=…" (value) "; " (record.text(*attributes)) } },
        What::Before(_) | What::After(_) => return None,
    })
}

/// A duration as people read it.
fn duration(duration: Duration) -> String {
    match duration.as_micros() {
        micros @ 0..1_000 => format!("{micros} µs"),
        micros @ 1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        micros => format!("{:.3} s", micros as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_in_its_own_unit() {
        for (micros, text) in [(0, "0 µs"), (999, "999 µs"), (1_500, "1.5 ms")] {
            assert_eq!(duration(Duration::from_micros(micros)), text);
        }
        assert_eq!(duration(Duration::from_millis(3_002)), "3.002 s");
    }
}
