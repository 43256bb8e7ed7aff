//! Lesson 0360, "Where the notes live": one counter in every place that this copy can reach.
//!
//! The counter is counted, looked at and forgotten through the same trait everywhere
//! (`places.rs`); one of the places is a cookie (`travelling.rs`). The page (`shown.rs`) shows
//! each place's record, and what was measured.

mod facts;
mod notes;
mod places;
mod shown;
mod travelling;

use crate::{
    config::CookieForm,
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    sessions::{Visitor, stores::CookieStore},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use notes::{NOTES, Notes};
use places::{Kind, Place, Places, Seen};
use shown::Shown;
use std::sync::Arc;
use tower_sessions::session::Id;

/// Under these names the X-ray shows what came of a request.
const COUNTED: &str = "counted to";
const FOUND: &str = "records found in";
const OUTLIVED: &str = "outlived a restart";
const FORGOTTEN: &str = "removed";

pub(super) const LESSON: Lesson = Lesson {
    number: 360,
    file: "0360-where-the-notes-live.md",
    endpoint: "/0360",
    router,
    tasks: &[
        Task {
            id: "count",
            done: |records| records.iter().any(|record| counted(record) >= 3),
        },
        Task {
            id: "as-bytes",
            done: |records| records.iter().any(|record| shows_bytes(record)),
        },
        Task {
            id: "restart",
            done: |records| records.iter().any(|record| record.note(OUTLIVED).is_some()),
        },
        Task {
            id: "forget",
            done: |records| {
                records
                    .iter()
                    .any(|record| record.note(FORGOTTEN).is_some())
            },
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0360", get(look))
        .route("/0360/count", post(count))
        .route("/0360/forget", post(forget))
        .layer(Extension(Places::default()))
}

async fn look(
    State(sandbox): State<Sandbox>,
    Extension(places): Extension<Places>,
    visitor: Visitor,
    recording: Recording,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    let as_bytes = query.as_deref() == Some("as=bytes");
    // Who has not counted yet has no records, and so no store is asked.
    let Some(notes) = visitor.get::<Notes>(NOTES).await? else {
        return Ok(Shown::nothing(&sandbox).page());
    };
    let (id, now) = (notes.id(), sandbox.clock.now());
    let mut seen = Vec::new();
    for place in all(&places, &sandbox, &headers, id).await {
        seen.push(place.look(&id, now).await);
    }
    remark(&recording, &seen, &sandbox);
    let mut shown = Shown::of(&sandbox, id, notes.clicks, seen);
    shown.as_bytes = as_bytes;
    Ok(shown.page())
}

// ANCHOR: handler
async fn count(
    State(sandbox): State<Sandbox>,
    Extension(places): Extension<Places>,
    visitor: Visitor,
    recording: Recording,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let mut notes = visitor.get(NOTES).await?.unwrap_or_else(Notes::new);
    let (id, now) = (notes.id(), sandbox.clock.now());
    let mut seen = Vec::new();
    for place in all(&places, &sandbox, &headers, id).await {
        place.clean(now).await;
        seen.push(place.count(&id, now, process(&sandbox)).await);
    }
    // The session last: its lock is not to be held while all these stores are asked.
    notes.clicks = notes.keep_one_more(&visitor).await?;
    remark(&recording, &seen, &sandbox);
    let cookie = travels_on(&seen, &sandbox, &id).await;
    let shown = Shown::of(&sandbox, id, notes.clicks, seen);
    Ok((cookie, shown.page()).into_response())
}
// ANCHOR_END: handler

async fn forget(
    State(sandbox): State<Sandbox>,
    Extension(places): Extension<Places>,
    visitor: Visitor,
    recording: Recording,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    if let Some(notes) = visitor.get::<Notes>(NOTES).await? {
        let id = notes.id();
        for place in all(&places, &sandbox, &headers, id).await {
            // A record that could not be removed is gone in an hour, and nobody finds it.
            let _ = place.forget(&id).await;
        }
        if let Some(session) = visitor.lock().await? {
            session.remove::<Notes>(NOTES).await?;
        }
        recording.note(FORGOTTEN, "the record, from every place");
    }
    let removal = AppendHeaders([(SET_COOKIE, travelling::removal(&sandbox.identity))]);
    Ok((removal, Redirect::to("/0360")).into_response())
}

/// All places, with the cookie that came along as one of them.
async fn all(places: &Places, sandbox: &Sandbox, headers: &HeaderMap, id: Id) -> Vec<Place> {
    let came = travelling::found(headers, &sandbox.identity);
    let held = came.map(|record| (id, record));
    let cookie = Place {
        kind: Kind::Cookie,
        store: Arc::new(CookieStore::new(CookieForm::Signed, held)),
    };
    let mut all = places.of(sandbox).await;
    all.insert(1, cookie);
    all
}

/// The `Set-Cookie` that takes the cookie's record along.
async fn travels_on(
    seen: &[Seen],
    sandbox: &Sandbox,
    id: &Id,
) -> AppendHeaders<Option<(HeaderName, HeaderValue)>> {
    let mut places = seen.iter().map(|seen| &seen.place);
    let cookie = places.find(|place| place.kind == Kind::Cookie);
    let record = match cookie {
        Some(place) => place.store.load(id).await.ok().flatten(),
        None => None,
    };
    AppendHeaders(record.map(|record| (SET_COOKIE, travelling::set(&record, &sandbox.identity))))
}

/// Tells one process from the next one.
fn process(sandbox: &Sandbox) -> i64 {
    sandbox.started.unix_timestamp()
}

/// What the X-ray is to say, and the tasks to look at.
fn remark(recording: &Recording, seen: &[Seen], sandbox: &Sandbox) {
    let found = || {
        seen.iter()
            .filter_map(|seen| Some((seen, seen.note.as_ref().ok()?.as_ref()?)))
    };
    let names = |seen: Vec<&Seen>| -> String {
        let names: Vec<_> = seen.iter().map(|seen| seen.place.kind.word()).collect();
        names.join(", ")
    };
    if let Some(most) = found().map(|(_, note)| note.count).max() {
        recording.note(COUNTED, &most.to_string());
        recording.note(FOUND, &names(found().map(|(seen, _)| seen).collect()));
    }
    let old = found().filter(|(_, note)| note.process != process(sandbox));
    let old: Vec<_> = old.map(|(seen, _)| seen).collect();
    if !old.is_empty() {
        recording.note(OUTLIVED, &names(old));
    }
}

/// What a press of the button came to.
fn counted(record: &Record) -> u64 {
    let press = record.path_only() == "/0360/count";
    let counted = record.note(COUNTED).filter(|_| press);
    counted.and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn shows_bytes(record: &Record) -> bool {
    record.path == "/0360?as=bytes" && record.note(FOUND).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use time::OffsetDateTime;

    fn record(method: &str, path: &str, note: (&'static str, &str)) -> Arc<Record> {
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, method, path);
        recording.note(note.0, note.1);
        Arc::from(recording.finished(200).unwrap())
    }

    #[test]
    fn a_look_counts_nothing_and_shows_no_bytes_by_itself() {
        let looked = record("GET", "/0360", (COUNTED, "3"));
        assert_eq!(counted(&looked), 0);
        assert!(!shows_bytes(&record("GET", "/0360", (FOUND, "file"))));
        assert_eq!(counted(&record("POST", "/0360/count", (COUNTED, "3"))), 3);
        assert!(shows_bytes(&record(
            "GET",
            "/0360?as=bytes",
            (FOUND, "file")
        )));
    }
}
