//! Lesson 0420, "Under the hood": one request on its way through all layers, in and out.
//!
//! What the layers are is in `layers.rs`, what was measured of a request in `trace.rs`.

mod layers;
mod trace;

use crate::{
    error::HttpError,
    page::page,
    sandbox::{Lesson, Sandbox},
    sessions::{MAX_BYTES, Visitor},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::Redirect,
    routing::{get, post},
};
use layers::{LAYERS, Layer};
use maud::{Markup, html};
use std::sync::Arc;

const PATH: &str = "/0420";
const WRITE: &str = "/0420/write";
const OVERFILL: &str = "/0420/overfill";
const GUESS: &str = "/0420/guess";
/// "Look again". The query tells a click from the load with which the lesson opens.
const AGAIN: &str = "/0420?again=1";
/// The keys of the session.
const WRITTEN: &str = "0420-written";
const TOO_MUCH: &str = "0420-too-much";
/// Remarks in the X-ray.
const BEFORE: &str = "the request before";
const CHANGE: &str = "POST /0420/write";
const GUESSED: &str = "guessed";

/// Who decides that these are refused, by the layers' names.
const QUESTIONS: [(&str, &str, &str); 3] = [
    ("unknown", "An unknown path, 404", "Handler"),
    ("foreign", "A form of another port, 403", "Origin"),
    ("large", "A session that is too large, 413", "Session"),
];

pub(super) const LESSON: Lesson = Lesson {
    number: 420,
    file: "0420-under-the-hood.md",
    endpoint: PATH,
    router,
    tasks: &[
        Task {
            id: "way-out",
            done: |records| at(records, PATH).any(|record| record.note(BEFORE) == Some(CHANGE)),
        },
        Task {
            id: "only-look",
            done: |records| {
                let mut looks = records.iter().filter(|record| record.path == AGAIN);
                looks.any(|record| record.note(BEFORE) == Some("GET /0420"))
            },
        },
        Task {
            id: "too-large",
            done: |records| at(records, OVERFILL).any(|record| record.status == 413),
        },
        Task {
            id: "who-refuses",
            done: |records| {
                at(records, GUESS).any(|record| record.note(GUESSED) == Some("all three"))
            },
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(PATH, get(show))
        .route(WRITE, post(write))
        .route(OVERFILL, post(overfill))
        .route(GUESS, post(guess))
}

// ANCHOR: show
async fn show(State(sandbox): State<Sandbox>, visitor: Visitor, recording: Recording) -> Markup {
    // This request is not over, so what comes after its handler can only be seen of another one.
    let id = visitor.session_id();
    let ring = id.and_then(|id| sandbox.sessions.rings().of(id.0));
    let before = ring.and_then(|ring| ring.records().pop());
    if let Some(before) = &before {
        let line = format!("{} {}", before.method, before.path_only());
        recording.note(BEFORE, &line);
    }
    let now = recording.so_far();
    onion_page(
        sandbox.identity.port().number(),
        now.as_ref(),
        before.as_deref(),
    )
}
// ANCHOR_END: show

/// Changes the session, so that there is something to do on the way out.
async fn write(visitor: Visitor) -> Result<Redirect, HttpError> {
    if let Some(session) = visitor.lock().await? {
        let written: u64 = session.get(WRITTEN).await?.unwrap_or(0);
        session.insert(WRITTEN, written.saturating_add(1)).await?;
    }
    Ok(Redirect::to(PATH))
}

// ANCHOR: overfill
async fn overfill(visitor: Visitor) -> Result<Redirect, HttpError> {
    if let Some(session) = visitor.lock().await? {
        // Nothing is wrong as far as this handler can see: it answers "see /0420".
        session.insert(TOO_MUCH, "x".repeat(MAX_BYTES)).await?;
    }
    Ok(Redirect::to(PATH))
}
// ANCHOR_END: overfill

async fn guess(
    State(sandbox): State<Sandbox>,
    recording: Recording,
    form: Bytes,
) -> Result<Markup, HttpError> {
    let mut right = 0;
    for (question, _, layer) in QUESTIONS {
        let mut fields = form_urlencoded::parse(&form);
        let answer = fields.find(|(name, _)| name == question);
        let answer =
            answer.ok_or_else(|| HttpError::Invalid("Three answers are needed.".into()))?;
        right += usize::from(answer.1 == layer);
    }
    let verdict = match right {
        3 => "all three",
        _ => "not all three",
    };
    recording.note(GUESSED, verdict);
    let main = html! {
        h1 { "Who refuses?" }
        p.wait { "Right: " (right) " of 3" }
        ul.choices { li { a href=(PATH) { "Back to the layers" } } }
    };
    Ok(page(
        sandbox.identity.port().number(),
        "Who refuses?",
        &main,
    ))
}

fn onion_page(port: u16, now: Option<&Record>, before: Option<&Record>) -> Markup {
    let main = html! {
        h1 { "Under the hood" }
        ul.choices { li { a.main href=(AGAIN) { "Look again" } } }
        form.line method="post" action=(WRITE) { button { "Change the session" } }
        form.line method="post" action=(OVERFILL) { button { "Overfill the session (413)" } }
        form.line method="post" action=(PATH) { button { "POST to this page (405)" } }
        p { a href="/0420/nothing" { "A page that is not there (404)" } }
        h2 { "From the outside to the inside" }
        p { "In on the way down, out on the way up. Times count from the moment at which the session "
            "layer is reached; before it nothing is measured." }
        @if let Some(now) = now {
            p { "This request has taken " (now.took.as_micros()) " µs until now." }
        }
        @if let Some(before) = before {
            p { "The one before, " (before.method) " " code { (before.path_only()) } ", status "
                (before.status) ", took " (before.took.as_micros()) " µs in all." }
        }
        (onion(LAYERS, now, before))
        (guess_form())
    };
    page(port, "Under the hood", &main)
}

/// Each layer holds the next one.
fn onion(layers: &[Layer], now: Option<&Record>, before: Option<&Record>) -> Markup {
    html! {
        @if let [layer, inner @ ..] = layers {
            ol.onion { li { (layer_card(layer, now, before)) (onion(inner, now, before)) } }
        }
    }
}

fn layer_card(layer: &Layer, now: Option<&Record>, before: Option<&Record>) -> Markup {
    html! {
        details open[layer.part.is_some()] {
            summary { (layer.name) }
            p { code { (layer.file) } }
            p { strong { "Before: " } (layer.before) }
            p { strong { "Refuses: " } (layer.refuses) }
            p { strong { "After: " } (layer.after) }
            p { strong { "In Express: " } (layer.express) }
            (measured(layer, "This request, so far", now))
            (measured(layer, "The request before", before))
            @if layer.part.is_none() { p.quiet { "No time is measured here." } }
        }
    }
}

fn measured(layer: &Layer, heading: &str, record: Option<&Record>) -> Markup {
    let lines = record.map_or_else(Vec::new, |record| {
        let events = trace::parts(record).into_iter();
        let here = events.filter(|(part, _)| layer.part == Some(*part));
        here.filter_map(|(_, event)| trace::told(record, event))
            .collect()
    });
    html! {
        @if !lines.is_empty() {
            p { strong { (heading) } }
            ul { @for line in lines { li { (line) } } }
        }
    }
}

fn guess_form() -> Markup {
    html! {
        section.card {
            h2 { "Who refuses?" }
            form.fields method="post" action=(GUESS) {
                @for (question, text, _) in QUESTIONS {
                    label for=(question) { (text) }
                    select id=(question) name=(question) {
                        @for layer in LAYERS { option { (layer.name) } }
                    }
                }
                button { "Is that so?" }
            }
        }
    }
}

fn at<'a>(records: &'a [Arc<Record>], path: &'a str) -> impl Iterator<Item = &'a Arc<Record>> {
    records
        .iter()
        .filter(move |record| record.path_only() == path)
}
