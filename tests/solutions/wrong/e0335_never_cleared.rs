//! Wrong: what is emptied is a list that was read from the session, and not the session's.

use crate::solutions::e0335_visit_log::{self as right, VISITS};
use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0335", get(right::visit))
        .route("/0335/clear", post(clear))
}

async fn clear(visitor: Visitor) -> Result<Redirect, HttpError> {
    if let Some(session) = visitor.lock().await? {
        let mut visits: Vec<String> = session.get(VISITS).await?.unwrap_or_default();
        visits.clear();
    }
    Ok(Redirect::to("/0335"))
}
