//! Wrong: the id is new, but only because the session is, and the note went with the old one.

use crate::solutions::e0415_safe_login::{self as right, Login, NAME, fitting};
use axum::{
    Form, Router,
    response::Redirect,
    routing::{get, post},
};
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(right::show))
        .route("/0415/note", post(right::write_note))
        .route("/0415/login", post(log_in))
        .route("/0415/logout", post(right::log_out))
}

async fn log_in(visitor: Visitor, Form(form): Form<Login>) -> Result<Redirect, HttpError> {
    let name = fitting(&form.name, 40)?;
    if let Some(session) = visitor.lock().await? {
        session.flush().await?;
        session.insert(NAME, name).await?;
    }
    Ok(Redirect::to("/0415"))
}
