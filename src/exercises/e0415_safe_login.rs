//! Exercise 0415, "Your turn: a safe login". This file is yours to edit.
//!
//! The walkthrough at /lessons/0415 says what it has to do, and `sweatbox check --lesson 0415`
//! how far it is.

use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};
use maud::Markup;
use sweatbox::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    workshop::not_yet,
    xray::{Record, What},
};

/// Under this key the session keeps the name of who is logged in, as a text. The tasks look for it.
const NAME: &str = "0415-name";
/// Under this one it keeps the visitor's note, logged in or not, as a text.
const NOTE: &str = "0415-note";

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(show))
        .route("/0415/note", post(write_note))
        .route("/0415/login", post(log_in))
        .route("/0415/logout", post(log_out))
}

/// `GET /0415`: greets who is logged in, or asks for a name; and shows the note.
async fn show() -> Result<Markup, HttpError> {
    // Yours to write. Take `State(sandbox): State<Sandbox>` and `visitor: Visitor` as arguments.
    Err(not_yet(file!()))
}

/// `POST /0415/note`: keeps a note.
async fn write_note() -> Result<Redirect, HttpError> {
    // Yours to write. The form comes as the last argument, as in exercise 0345.
    Err(not_yet(file!()))
}

/// `POST /0415/login`: from now on the visitor has a name.
async fn log_in() -> Result<Redirect, HttpError> {
    // Yours to write. A name alone is not enough: think of the attacker of lesson 0410.
    Err(not_yet(file!()))
}

/// `POST /0415/logout`: ends the session.
async fn log_out() -> Result<Redirect, HttpError> {
    // Yours to write. The cookie is the smaller part of it.
    Err(not_yet(file!()))
}

// From here on nothing is to be written: this is how the lesson's page sees what you did.

pub(super) const EXERCISE: Lesson = Lesson {
    number: 415,
    file: "0415-your-turn-a-safe-login.md",
    endpoint: "/0415",
    router,
    tasks: &[
        Task {
            id: "logged-in",
            done: |records| records.iter().any(|record| logs_in(record)),
        },
        Task {
            id: "new-id",
            done: |records| records.iter().any(|record| keeps_the_note(record)),
        },
        Task {
            id: "refused",
            done: |records| records.iter().any(|record| refuses(record)),
        },
    ],
};

fn logs_in(record: &Record) -> bool {
    let (_, after) = record.data();
    is_login(record) && record.status < 400 && after[NAME].is_string()
}

/// A login that exchanges the id, and takes along what was in the session.
fn keeps_the_note(record: &Record) -> bool {
    let (before, after) = record.data();
    let kept = before[NOTE].is_string() && before[NOTE] == after[NOTE];
    let came = record.events.iter().find_map(|event| match event.what {
        What::CookieIn { value, good, .. } if good => Some(value),
        _ => None,
    });
    let went = record.events.iter().find_map(|event| match event.what {
        What::CookieOut { value, .. } => value,
        _ => None,
    });
    logs_in(record) && kept && came.is_some() && went.is_some() && came != went
}

fn refuses(record: &Record) -> bool {
    let (before, after) = record.data();
    let unchanged = before[NAME].is_string() && before[NAME] == after[NAME];
    is_login(record) && record.status == 422 && unchanged
}

fn is_login(record: &Record) -> bool {
    record.method == "POST" && record.path_only() == "/0415/login"
}
