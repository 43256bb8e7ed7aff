//! Lesson 0320, "The id in a header": a session without a cookie.
//!
//! The server makes the id, a script in the page keeps it, and every request brings it in the
//! header `session-id`. These sessions are this lesson's own (`sessions.rs`); the store knows
//! nothing of them.

mod sessions;

use crate::{
    error::HttpError,
    page::{L0320_SCRIPT, page},
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Extension, Json, Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use maud::{Markup, html};
use serde_json::{Value, json};
use sessions::HeaderSessions;
use std::sync::Arc;

/// The header that carries the id.
const SESSION_ID: &str = "session-id";

// The remarks about a request.
const KNOWN: &str = "known id";
const UNKNOWN: &str = "unknown id";
const MISSING: &str = "no id";
const COUNT: &str = "count";

pub(super) const LESSON: Lesson = Lesson {
    number: 320,
    file: "0320-the-id-in-a-header.md",
    endpoint: "/0320",
    router,
    tasks: &[
        Task {
            id: "begin",
            done: |records| records.iter().any(|record| record.path == "/0320/begin"),
        },
        Task {
            id: "count-three",
            done: |records| records.iter().any(|record| counted(record) >= 3),
        },
        Task {
            id: "made-up",
            done: |records| records.iter().filter(|record| is_made_up(record)).count() >= 2,
        },
        Task {
            id: "by-link",
            done: |records| records.iter().any(|record| came_by_link(record)),
        },
        Task {
            id: "ended",
            done: refused_after_its_end,
        },
    ],
};

fn router() -> Router<Sandbox> {
    // Made here and not a `static`: of two copies in one process, neither knows the other's ids.
    let sessions = HeaderSessions::default();
    Router::new()
        .route("/0320", get(show))
        .route("/0320/begin", post(begin))
        .route("/0320/count", get(count).post(count))
        .route("/0320/session", delete(end))
        .route_layer(Extension(sessions))
}

// ANCHOR: begin
async fn begin(
    State(sandbox): State<Sandbox>,
    Extension(sessions): Extension<HeaderSessions>,
    recording: Recording,
) -> Result<Json<Value>, HttpError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(HttpError::internal)?;
    let id = uuid_v4(bytes);
    recording.note("new id", &masked(&id));
    sessions.begin(id.clone(), sandbox.clock.now());
    Ok(Json(json!({ "session_id": id })))
}
// ANCHOR_END: begin

async fn count(
    State(sandbox): State<Sandbox>,
    Extension(sessions): Extension<HeaderSessions>,
    recording: Recording,
    method: Method,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let now = sandbox.clock.now();
    // HEAD comes here as well, and must not change anything (RFC 9110, 9.2.1).
    let step = u64::from(method != Method::HEAD);
    let count = admit(&headers, &recording, |id| sessions.count(id, step, now))?;
    recording.note(COUNT, &count.to_string());
    Ok(Json(json!({ "count": count })))
}

async fn end(
    State(sandbox): State<Sandbox>,
    Extension(sessions): Extension<HeaderSessions>,
    recording: Recording,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let now = sandbox.clock.now();
    admit(&headers, &recording, |id| sessions.end(id, now))?;
    Ok(Json(json!({ "ended": true })))
}

// ANCHOR: admit
/// What `find` knows of the id in the header.
fn admit<T>(
    headers: &HeaderMap,
    recording: &Recording,
    find: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Refused> {
    let Some(id) = headers.get(SESSION_ID) else {
        recording.note(MISSING, "the header session-id did not come");
        return Err(Refused("The header session-id is missing."));
    };
    let id = id.to_str().unwrap_or_default();
    let found = find(id);
    let remark = if found.is_some() { KNOWN } else { UNKNOWN };
    recording.note(remark, &masked(id));
    // Never adopted: whoever may choose an id can choose one for somebody else, and use it, too.
    found.ok_or(Refused("This id is not known here, or no longer."))
}
// ANCHOR_END: admit

/// Why a request belongs to no session.
struct Refused(&'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "status": 401, "error": "No session", "detail": self.0 });
        // A 401 names the way in (RFC 9110, 15.5.2). This name is the lesson's own, so no
        // browser knows it, and none asks for a password.
        let way_in = [(header::WWW_AUTHENTICATE, "SessionId")];
        (StatusCode::UNAUTHORIZED, way_in, Json(body)).into_response()
    }
}

// ANCHOR: uuid
/// A UUID of version 4: random, but for six bits that say so (RFC 9562, 5.4).
fn uuid_v4(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &hex[part]);
    parts.join("-")
}
// ANCHOR_END: uuid

/// Enough to tell ids apart, too little to use one.
fn masked(id: &str) -> String {
    let start: String = id.chars().take(4).collect();
    format!("{start}…")
}

async fn show(State(sandbox): State<Sandbox>) -> Markup {
    let main = html! {
        h1 { "The id in a header" }
        div.card data-l0320 {
            noscript {
                p.problem {
                    "The buttons of this page need scripts: without a cookie, only a script can "
                    "send an id along. With scripts off, use curl as the lesson shows."
                }
            }
            // Hidden until the script is there.
            ul.choices hidden data-actions {
                @for (action, text) in BUTTONS {
                    li { button type="button" data-action=(action) { (text) } }
                }
            }
            h2 { "The id that this browser keeps" }
            p { code data-kept { "none" } }
            h2 { "The request" }
            pre.exchange data-request { "Nothing yet." }
            h2 { "The answer" }
            div role="status" { pre.exchange data-answer { "Nothing yet." } }
            p {
                "A link cannot bring the header: "
                a href="/0320/count" target="_blank" rel="noopener" { "count by a link (new tab)" }
            }
        }
        script type="module" src=(L0320_SCRIPT.href()) {}
    };
    let port = sandbox.identity.names.port.number();
    page(port, "The id in a header", &main)
}

/// What the script does, and what the button says.
const BUTTONS: [(&str, &str); 5] = [
    ("begin", "Begin"),
    ("count", "Count"),
    ("makeUp", "Send a made-up id"),
    ("end", "End it on the server"),
    ("forget", "Forget it here"),
];

fn counted(record: &Record) -> u64 {
    let ours = record.note(COUNT).filter(|_| record.path == "/0320/count");
    ours.and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn is_made_up(record: &Record) -> bool {
    record.note(UNKNOWN) == Some("0000…")
}

fn came_by_link(record: &Record) -> bool {
    record.method == "GET" && record.note(MISSING).is_some()
}

/// The server ended a session, and later its id came again.
fn refused_after_its_end(records: &[Arc<Record>]) -> bool {
    let mut endings = records.iter().enumerate();
    endings.any(|(at, ending)| {
        let id = ending.note(KNOWN).filter(|_| ending.method == "DELETE");
        let mut later = records[at..].iter();
        id.is_some() && later.any(|record| record.note(UNKNOWN) == id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    #[test]
    fn a_uuid_says_its_version_and_its_variant() {
        assert_eq!(uuid_v4([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid_v4([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn only_the_id_that_was_ended_is_looked_for_after_its_end() {
        let record = |method, remark, id| -> Arc<Record> {
            let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, method, "/0320/x");
            recording.note(remark, id);
            Arc::from(recording.finished(200).unwrap())
        };
        let ending = record("DELETE", KNOWN, "3f2a…");
        let same = record("POST", UNKNOWN, "3f2a…");
        let other = record("POST", UNKNOWN, "0000…");
        assert!(refused_after_its_end(&[ending.clone(), same.clone()]));
        assert!(!refused_after_its_end(&[same, ending, other]));
    }
}
