//! `/status.json`: what a copy says of itself. A claim, since a student can edit the program.

use super::{catalog, progress::written};
use crate::{error::HttpError, progress::Progress, sandbox::Sandbox};
use axum::{Extension, Json, extract::State};
use serde_json::{Value, json};

pub(super) async fn status(
    State(sandbox): State<Sandbox>,
    Extension(progress): Extension<Progress>,
) -> Result<Json<Value>, HttpError> {
    let done = progress.of_owner().await?;
    let tasks: usize = catalog().map(|lesson| lesson.tasks.len()).sum();
    let uptime = sandbox.clock.now() - sandbox.started;
    Ok(Json(json!({
        "port": sandbox.identity.port().number(),
        "version": env!("CARGO_PKG_VERSION"),
        "store": sandbox.sessions.store().name(),
        "uptime_seconds": uptime.whole_seconds(),
        "tasks": tasks,
        "claimed": written(&done),
    })))
}
