//! Progress: what the lesson pages' script asks and says.

use super::catalog;
use crate::{
    error::HttpError,
    progress::{Learner, Progress, Ticks},
    sandbox::Sandbox,
    sessions::Visitor,
    xray::Recording,
};
use axum::{
    Extension, Json, Router,
    extract::{State, rejection::JsonRejection},
    http::HeaderMap,
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The session's key for the learner: so that the requests of a learner are known as his or hers.
const LEARNER: &str = "learner";

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/progress", post(tick))
        .route("/progress/reset", post(reset))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    learner: Learner,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct What {
    learner: Learner,
    /// Four digits; all lessons without it.
    lesson: Option<String>,
}

/// Looks at the learner's requests and ticks what they have done.
async fn tick(
    State(sandbox): State<Sandbox>,
    Extension(progress): Extension<Progress>,
    visitor: Visitor,
    recording: Recording,
    headers: HeaderMap,
    who: Result<Json<Who>, JsonRejection>,
) -> Result<Json<Value>, HttpError> {
    recording.forget();
    let Json(Who { learner }) = who.map_err(|error| HttpError::Invalid(error.body_text()))?;
    if sandbox.is_owner(&headers) {
        progress.claim(&learner).await?;
    }
    tie(&visitor, &learner).await?;
    let ring = visitor
        .session_id()
        .and_then(|id| sandbox.sessions.rings().of(id.0));
    let records = ring.map(|ring| ring.records()).unwrap_or_default();
    let lessons = catalog().map(|lesson| (lesson.number, lesson.tasks));
    let ticks = progress.tick(&learner, &records, lessons).await?;
    Ok(Json(json!({ "ticks": written(&ticks) })))
}

async fn reset(
    State(sandbox): State<Sandbox>,
    Extension(progress): Extension<Progress>,
    visitor: Visitor,
    recording: Recording,
    what: Result<Json<What>, JsonRejection>,
) -> Result<Json<Value>, HttpError> {
    recording.forget();
    let Json(What { learner, lesson }) =
        what.map_err(|error| HttpError::Invalid(error.body_text()))?;
    let number = lesson.map(|lesson| {
        let known = catalog().find(|known| known.digits() == lesson);
        known.map(|known| known.number).ok_or(HttpError::NotFound)
    });
    // What was recorded would tick it all again.
    if let Some(id) = visitor.session_id() {
        sandbox.sessions.rings().clear(id.0);
    }
    progress.reset(&learner, number.transpose()?).await?;
    let ticks = progress.ticks(&learner).await?;
    Ok(Json(json!({ "ticks": written(&ticks) })))
}

/// Ties the learner to the session; a visitor without one gets one.
async fn tie(visitor: &Visitor, learner: &Learner) -> Result<(), HttpError> {
    let known: Option<String> = visitor.get(LEARNER).await?;
    if known.as_deref() == Some(&*learner.to_string()) {
        return Ok(());
    }
    if let Some(session) = visitor.lock().await? {
        session.insert(LEARNER, learner.to_string()).await?;
    }
    Ok(())
}

/// Lessons by their four digits.
pub(super) fn written(ticks: &Ticks) -> BTreeMap<String, Vec<&str>> {
    ticks
        .iter()
        .map(|(number, tasks)| {
            let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
            (format!("{number:04}"), tasks)
        })
        .collect()
}
