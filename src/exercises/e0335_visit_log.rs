//! Exercise 0335, "Your turn: a visit log". This file is yours to edit.
//!
//! The walkthrough at /lessons/0335 says what it has to do, and `sweatbox check --lesson 0335`
//! how far it is.

use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};
use maud::Markup;
use serde_json::Value;
use sweatbox::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    workshop::not_yet,
    xray::Record,
};

/// The one value that this exercise keeps in the session: the times of the visits, the newest
/// first, as a list of texts. The tasks look for it under this key.
const VISITS: &str = "0335-visits";

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0335", get(visit))
        .route("/0335/clear", post(clear))
}

/// `GET /0335`: logs this visit, then shows the log.
async fn visit() -> Result<Markup, HttpError> {
    // Yours to write. The arguments that you will want are those of the handler in lesson 0330:
    // `State(sandbox): State<Sandbox>`, `visitor: Visitor` and `method: Method`.
    Err(not_yet(file!()))
}

/// `POST /0335/clear`: empties the log, then sends the browser back to it.
async fn clear() -> Result<Redirect, HttpError> {
    // Yours to write. `Redirect::to("/0335")` is the 303 that the walkthrough speaks of.
    Err(not_yet(file!()))
}

// From here on nothing is to be written: this is how the lesson's page sees what you did.

pub(super) const EXERCISE: Lesson = Lesson {
    number: 335,
    file: "0335-your-turn-a-visit-log.md",
    endpoint: "/0335",
    router,
    tasks: &[
        Task {
            id: "three-visits",
            done: |records| records.iter().any(|record| logs_a_third(record)),
        },
        Task {
            id: "oldest-goes",
            done: |records| records.iter().any(|record| drops_the_oldest(record)),
        },
        Task {
            id: "cleared",
            done: |records| records.iter().any(|record| clears(record)),
        },
    ],
};

fn logs_a_third(record: &Record) -> bool {
    let (_, after) = record.data();
    is_visit(record) && length(&after) >= 3
}

fn drops_the_oldest(record: &Record) -> bool {
    let (before, after) = record.data();
    let full = length(&before) == 10 && length(&after) == 10;
    is_visit(record) && full && before[VISITS] != after[VISITS]
}

fn clears(record: &Record) -> bool {
    let (before, after) = record.data();
    let cleared = length(&before) > 0 && length(&after) == 0;
    record.method == "POST" && record.path_only() == "/0335/clear" && cleared
}

fn is_visit(record: &Record) -> bool {
    record.method == "GET" && record.path_only() == "/0335" && record.status == 200
}

fn length(data: &Value) -> usize {
    data[VISITS].as_array().map_or(0, Vec::len)
}
