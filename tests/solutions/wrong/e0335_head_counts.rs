//! Wrong: a HEAD request runs the same handler, and nobody thought of it.

use crate::solutions::e0335_visit_log::{MOST, VISITS, clear, log_page, timestamp};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use maud::Markup;
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0335", get(visit))
        .route("/0335/clear", post(clear))
}

async fn visit(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let Some(session) = visitor.lock().await? else {
        return Ok(log_page(&sandbox, &[]));
    };
    let mut visits: Vec<String> = session.get(VISITS).await?.unwrap_or_default();
    visits.insert(0, timestamp(sandbox.clock.now())?);
    visits.truncate(MOST);
    session.insert(VISITS, &visits).await?;
    Ok(log_page(&sandbox, &visits))
}
