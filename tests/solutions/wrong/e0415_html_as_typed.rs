//! Wrong: a name becomes part of the page's HTML, and whoever has one may write elements.

use crate::solutions::e0415_safe_login::{self as right, NAME, NOTE, page_of};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use maud::{Markup, PreEscaped};
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(show))
        .route("/0415/note", post(right::write_note))
        .route("/0415/login", post(right::log_in))
        .route("/0415/logout", post(right::log_out))
}

async fn show(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let name: Option<String> = visitor.get(NAME).await?;
    let note: Option<String> = visitor.get(NOTE).await?;
    let greeting = name.map(|name| PreEscaped(format!("Hello, {name}")));
    Ok(page_of(&sandbox, greeting, note))
}
