//! What came with a request: cookies of this lesson, of this copy, and of others on this host.

use super::{BELOW, TOP, demo_name, value_for};
use crate::identity::{Names, Port};
use axum::http::{HeaderMap, header};

// ANCHOR: arrived
/// Names and values as they came; no attribute comes with them.
pub(super) fn arrived(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut cookies = Vec::new();
    // Over HTTP/2 a browser may send each cookie in a field of its own.
    for field in headers.get_all(header::COOKIE) {
        // Lossy: a cookie of another program may hold any bytes.
        let field = String::from_utf8_lossy(field.as_bytes());
        for pair in field.split(';').map(str::trim) {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            cookies.push((name.to_owned(), value.to_owned()));
        }
    }
    cookies
}
// ANCHOR_END: arrived

/// The values of this lesson's cookies, in the order in which they came.
pub(super) fn ours(arrived: &[(String, String)], names: &Names) -> String {
    let demo = demo_name(names.port);
    let ours = arrived.iter().filter(|(name, _)| *name == demo);
    let values: Vec<_> = ours.map(|(_, value)| shown(value)).collect();
    match values.is_empty() {
        true => "none".into(),
        false => values.join(" "),
    }
}

// ANCHOR: shown
/// As much of a value as may be seen: with the whole of it, whoever looks over a shoulder could
/// take the visitor's place.
pub(super) fn shown(value: &str) -> String {
    if value == value_for(TOP) || value == value_for(BELOW) {
        return value.to_owned();
    }
    let few = (value.chars().count() / 2).min(4);
    let start: String = value.chars().take(few).collect();
    format!("{start}…")
}
// ANCHOR_END: shown

/// Who has set a cookie, as far as its name tells.
pub(super) fn set_by(name: &str, names: &Names) -> String {
    match (port_in(name, "Cookie"), port_in(name, "Demo")) {
        (Some(port), _) if port == names.port => "the session of this copy".into(),
        (_, Some(port)) if port == names.port => "this lesson".into(),
        (Some(port), _) => format!("the session of the copy on port {port}"),
        (_, Some(port)) => format!("this lesson, in the copy on port {port}"),
        (None, None) => "something else on this host".into(),
    }
}

fn port_in(name: &str, end: &str) -> Option<Port> {
    name.strip_prefix('s')?.strip_suffix(end)?.parse().ok()
}
