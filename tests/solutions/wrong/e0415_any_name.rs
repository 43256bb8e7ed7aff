//! Wrong: whatever is typed is a name.

use crate::solutions::e0415_safe_login::{self as right, Login, NAME};
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
    if let Some(session) = visitor.lock().await? {
        session.insert(NAME, form.name).await?;
        session.cycle_id().await?;
    }
    Ok(Redirect::to("/0415"))
}
