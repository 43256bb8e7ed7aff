//! A solution of exercise 0415: the safe login.

use axum::{
    Form, Router,
    extract::State,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use serde::Deserialize;
use sweatbox::{error::HttpError, page::page, sandbox::Sandbox, sessions::Visitor};

/// Who is logged in.
pub const NAME: &str = "0415-name";
/// What the visitor has noted.
pub const NOTE: &str = "0415-note";

/// The form that logs in.
#[derive(Deserialize)]
pub struct Login {
    pub name: String,
}

/// The form that keeps a note.
#[derive(Deserialize)]
pub struct Note {
    pub note: String,
}

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(show))
        .route("/0415/note", post(write_note))
        .route("/0415/login", post(log_in))
        .route("/0415/logout", post(log_out))
}

pub async fn show(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let name: Option<String> = visitor.get(NAME).await?;
    let note: Option<String> = visitor.get(NOTE).await?;
    let greeting = name.map(|name| html! { "Hello, " (name) });
    Ok(page_of(&sandbox, greeting, note))
}

pub async fn write_note(visitor: Visitor, Form(form): Form<Note>) -> Result<Redirect, HttpError> {
    let note = fitting(&form.note, 200)?;
    if let Some(session) = visitor.lock().await? {
        session.insert(NOTE, note).await?;
    }
    Ok(Redirect::to("/0415"))
}

pub async fn log_in(visitor: Visitor, Form(form): Form<Login>) -> Result<Redirect, HttpError> {
    let name = fitting(&form.name, 40)?;
    if let Some(session) = visitor.lock().await? {
        session.insert(NAME, name).await?;
        // Whoever has planted the old id, or has seen it, is not logged in with it.
        session.cycle_id().await?;
    }
    Ok(Redirect::to("/0415"))
}

pub async fn log_out(visitor: Visitor) -> Result<Redirect, HttpError> {
    if let Some(session) = visitor.lock().await? {
        session.flush().await?;
    }
    Ok(Redirect::to("/0415"))
}

/// What was typed, if it has 1 to `most` characters and no control character.
pub fn fitting(typed: &str, most: usize) -> Result<&str, HttpError> {
    let text = typed.trim();
    let fits = (1..=most).contains(&text.chars().count());
    if !fits || text.contains(char::is_control) {
        let sentence = format!("Please type 1 to {most} characters, and no control character.");
        return Err(HttpError::Invalid(sentence));
    }
    Ok(text)
}

pub fn page_of(sandbox: &Sandbox, greeting: Option<Markup>, note: Option<String>) -> Markup {
    let main = html! {
        h1 { "A safe login" }
        div.card {
            @match greeting {
                Some(greeting) => {
                    p.wait { (greeting) }
                    form method="post" action="/0415/logout" { button { "Log out" } }
                }
                None => (form("/0415/login", "name", "Your name", "Log in")),
            }
            @if let Some(note) = note { p { "Your note: " (note) } }
            (form("/0415/note", "note", "A note", "Keep it"))
        }
    };
    page(sandbox.identity.names.port.number(), "A safe login", &main)
}

fn form(action: &str, field: &str, label: &str, button: &str) -> Markup {
    html! {
        form.line method="post" action=(action) {
            label for=(field) { (label) }
            input id=(field) name=(field) autocomplete="off";
            button { (button) }
        }
    }
}
