//! Wrong: who is logged in is known to the program and not to the session.

use crate::solutions::e0415_safe_login::{self as right, Login, NOTE, fitting, page_of};
use axum::{
    Form, Router,
    extract::State,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use std::sync::Mutex;
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

static NAME: Mutex<Option<String>> = Mutex::new(None);

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(show))
        .route("/0415/note", post(right::write_note))
        .route("/0415/login", post(log_in))
        .route("/0415/logout", post(log_out))
}

async fn show(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let note: Option<String> = visitor.get(NOTE).await?;
    let name = NAME.lock().unwrap().clone();
    let greeting = name.map(|name| html! { "Hello, " (name) });
    Ok(page_of(&sandbox, greeting, note))
}

async fn log_in(Form(form): Form<Login>) -> Result<Redirect, HttpError> {
    let name = fitting(&form.name, 40)?.to_owned();
    *NAME.lock().unwrap() = Some(name);
    Ok(Redirect::to("/0415"))
}

async fn log_out() -> Redirect {
    *NAME.lock().unwrap() = None;
    Redirect::to("/0415")
}
