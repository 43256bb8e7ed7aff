//! A session's data before and after a request, with the difference marked.

use crate::xray::Record;
use maud::{Markup, html};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How a value differs.
enum Difference<'a> {
    New(&'a Value),
    Gone(&'a Value),
    Changed(&'a Value, &'a Value),
    Same(&'a Value),
}

pub(super) fn difference(record: &Record) -> Markup {
    let (before, after) = record.data();
    if before.is_null() && after.is_null() {
        return html! { p.nodata { "No session data were looked at." } };
    }
    let (before, after) = match (as_map(&before), as_map(&after)) {
        (Some(before), Some(after)) => (before, after),
        // Cut off, since it was too long: shown as it is.
        _ => return html! { p.nodata { "Session data: " code { (after) } } },
    };
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    html! {
        table.data {
            caption { "Session data" }
            tbody {
                @for key in keys {
                    @if let Some(difference) = of(before.get(key), after.get(key)) {
                        (row(key, &difference))
                    }
                }
                @if before.is_empty() && after.is_empty() {
                    tr { td { "empty" } }
                }
            }
        }
    }
}

/// Null counts as empty: no session has no data.
fn as_map(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Null => Some(Map::new()),
        Value::Object(map) => Some(map.clone()),
        _ => None,
    }
}

fn of<'a>(before: Option<&'a Value>, after: Option<&'a Value>) -> Option<Difference<'a>> {
    Some(match (before, after) {
        (None, Some(after)) => Difference::New(after),
        (Some(before), None) => Difference::Gone(before),
        (Some(before), Some(after)) if before != after => Difference::Changed(before, after),
        (Some(before), Some(_)) => Difference::Same(before),
        (None, None) => return None,
    })
}

fn row(key: &str, difference: &Difference<'_>) -> Markup {
    // In words and not by colour alone.
    let (class, mark) = match difference {
        Difference::New(_) => ("new", "new"),
        Difference::Gone(_) => ("gone", "gone"),
        Difference::Changed(..) => ("changed", "changed"),
        Difference::Same(_) => ("same", "as before"),
    };
    html! {
        tr class=(class) {
            th scope="row" { code { (key) } }
            td {
                @match difference {
                    Difference::New(value) => ins { code { (value) } },
                    Difference::Gone(value) => del { code { (value) } },
                    Difference::Same(value) => code { (value) },
                    Difference::Changed(before, after) => {
                        del { code { (before) } } " → " ins { code { (after) } }
                    }
                }
            }
            td.mark { (mark) }
        }
    }
}
