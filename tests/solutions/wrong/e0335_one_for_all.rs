//! Wrong: the log is the program's and not the visitor's.

use crate::solutions::e0335_visit_log::{MOST, clear, log_page, timestamp};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use maud::Markup;
use std::sync::Mutex;
use sweatbox::{error::HttpError, sandbox::Sandbox};

static VISITS: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0335", get(visit))
        .route("/0335/clear", post(clear))
}

async fn visit(State(sandbox): State<Sandbox>) -> Result<Markup, HttpError> {
    let mut visits = VISITS.lock().unwrap();
    visits.insert(0, timestamp(sandbox.clock.now())?);
    visits.truncate(MOST);
    Ok(log_page(&sandbox, &visits))
}
