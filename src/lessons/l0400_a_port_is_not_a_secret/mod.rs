//! Lesson 0400, "A port is not a secret": three cookies to read, to crack and to forge.
//!
//! How they are made and believed is in `badges.rs`, signatures and the search for their keys
//! are in `keys.rs`, the pages in `pages.rs`. The session has no part in this.

mod badges;
mod keys;
mod pages;

use crate::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect},
    routing::{get, post},
};
use badges::{Kind, Office};
use keys::Signed;
use maud::Markup;
use pages::{Decoded, Search};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

const PATH: &str = "/0400";
const CRACK: &str = "/0400/crack";
const DECODE: &str = "/0400/decode";

/// What every cookie says at first.
const HONEST: &str = "role=student";
/// The longest role and the longest key that somebody may type, in characters.
const MAX_TYPED: usize = 40;

pub(super) const LESSON: Lesson = Lesson {
    number: 400,
    file: "0400-a-port-is-not-a-secret.md",
    endpoint: PATH,
    router,
    tasks: &[
        Task {
            id: "crack",
            done: |records| remarked(records, CRACK, Kind::Port, "cracked"),
        },
        Task {
            id: "forge",
            done: |records| remarked(records, PATH, Kind::Port, "believed: role=instructor"),
        },
        Task {
            id: "no-key",
            done: |records| remarked(records, CRACK, Kind::Derived, "not cracked, though genuine"),
        },
        Task {
            id: "refused",
            done: |records| remarked(records, PATH, Kind::Derived, "refused"),
        },
        Task {
            id: "encrypted",
            done: |records| {
                remarked(records, DECODE, Kind::Derived, "readable")
                    && remarked(records, DECODE, Kind::Encrypted, "not readable")
            },
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(PATH, get(show))
        .route("/0400/begin", post(begin))
        .route(DECODE, get(decode))
        .route(CRACK, post(crack))
        .route("/0400/forge", post(forge))
        .layer(Extension(Turn(Arc::new(Semaphore::new(1)))))
}

/// One search at a time: each keeps a core busy, and other visitors want to be answered.
#[derive(Clone)]
struct Turn(Arc<Semaphore>);

async fn show(State(sandbox): State<Sandbox>, headers: HeaderMap, recording: Recording) -> Markup {
    let office = Office::of(&sandbox.identity);
    let cookies = Kind::ALL.map(|kind| {
        let value = office.value_in(kind, &headers);
        let believed = value.as_ref().map(|value| office.believe(kind, value));
        match &believed {
            None => {}
            Some(None) => recording.note(kind.label(), "refused"),
            Some(Some(text)) => recording.note(kind.label(), &format!("believed: {text}")),
        }
        (kind, value, believed.flatten())
    });
    pages::overview(&office, &cookies)
}

/// Sets all three cookies anew.
async fn begin(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    let office = Office::of(&sandbox.identity);
    let cookies = Kind::ALL.map(|kind| {
        let value = office.protect(kind, HONEST);
        (SET_COOKIE, office.set(kind, value))
    });
    (AppendHeaders(cookies), Redirect::to(PATH))
}

async fn decode(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    recording: Recording,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    let kind = kind_in(query.unwrap_or_default().as_bytes())?;
    let office = Office::of(&sandbox.identity);
    let decoded = office
        .value_in(kind, &headers)
        .map(|value| Decoded::of(&value));
    match &decoded {
        None => {}
        Some(Decoded::Text(_)) => recording.note(kind.label(), "readable without a key"),
        Some(Decoded::Noise(_)) => recording.note(kind.label(), "not readable without a key"),
    }
    Ok(pages::decoded(&office, kind, decoded.as_ref()))
}

async fn crack(
    State(sandbox): State<Sandbox>,
    Extension(turn): Extension<Turn>,
    headers: HeaderMap,
    recording: Recording,
    form: Bytes,
) -> Result<Markup, HttpError> {
    let kind = kind_in(&form)?;
    let office = Office::of(&sandbox.identity);
    let value = office.value_in(kind, &headers);
    let Some(signed) = value.as_deref().and_then(Signed::parse) else {
        return Ok(pages::searched(&office, kind, &Search::NothingSigned));
    };
    let genuine = value.is_some_and(|value| office.believe(kind, &value).is_some());
    let (key, took) = search(turn, signed).await?;
    let search = match key {
        Some(port) => Search::Found { port, took },
        None => Search::Exhausted { genuine, took },
    };
    recording.note(kind.label(), &search.remark());
    Ok(pages::searched(&office, kind, &search))
}

// ANCHOR: search
async fn search(turn: Turn, signed: Signed) -> Result<(Option<u16>, Duration), HttpError> {
    let turn = turn.0.acquire_owned().await.map_err(HttpError::internal)?;
    // On a thread of its own: here, it would keep one of the few threads that answer everybody.
    let work = spawn_blocking(move || {
        // The turn is over when the work is, even if the visitor has left long before.
        let _turn = turn;
        let start = Instant::now();
        (keys::crack(&signed), start.elapsed())
    });
    work.await.map_err(HttpError::internal)
}
// ANCHOR_END: search

// ANCHOR: forge
/// Signs as the visitor wishes. Everybody could do this at home: no secret of the copy is used.
async fn forge(
    State(sandbox): State<Sandbox>,
    form: Bytes,
) -> Result<impl IntoResponse, HttpError> {
    let kind = kind_in(&form)?;
    if kind == Kind::Encrypted {
        return Err(HttpError::Invalid(
            "Only a signed cookie can be signed.".into(),
        ));
    }
    let (role, key) = (typed(&form, "role")?, typed(&form, "key")?);
    let forged = keys::sign(key.as_bytes(), &format!("role={role}"));
    let cookie = Office::of(&sandbox.identity).set(kind, forged);
    Ok(([(SET_COOKIE, cookie)], Redirect::to(PATH)))
}
// ANCHOR_END: forge

fn field(form: &[u8], name: &str) -> String {
    let mut fields = form_urlencoded::parse(form);
    let found = fields.find(|(other, _)| other == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn typed(form: &[u8], name: &str) -> Result<String, HttpError> {
    let text = field(form, name).trim().to_owned();
    match text.chars().count() {
        1..=MAX_TYPED => Ok(text),
        _ => Err(HttpError::Invalid(format!(
            "The {name} must have from 1 to {MAX_TYPED} characters."
        ))),
    }
}

fn kind_in(form: &[u8]) -> Result<Kind, HttpError> {
    let id = field(form, "cookie");
    Kind::named(&id).ok_or_else(|| {
        HttpError::Invalid("The cookie must be “port”, “derived” or “encrypted”.".into())
    })
}

fn remarked(records: &[Arc<Record>], path: &str, kind: Kind, remark: &str) -> bool {
    let mut there = records.iter().filter(|record| record.path_only() == path);
    there.any(|record| {
        let note = record.note(kind.label());
        note.is_some_and(|note| note.starts_with(remark))
    })
}
