//! `/healthz`: does the store answer?

use crate::{error::HttpError, sandbox::Sandbox, sessions::stores::StoreError};
use axum::{Json, extract::State};
use serde_json::{Value, json};

pub(super) async fn healthz(State(sandbox): State<Sandbox>) -> Result<Json<Value>, HttpError> {
    let store = sandbox.sessions.store();
    let answer = store.ping().await;
    answer.map_err(|error: StoreError| {
        let name = store.name();
        crate::sessions::SessionError::Store { name, error }
    })?;
    Ok(Json(json!({ "status": "ok" })))
}
