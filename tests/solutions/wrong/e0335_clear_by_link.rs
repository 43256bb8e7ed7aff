//! Wrong: a link clears the log, and so does every picture, preview or crawler that follows it.

use crate::solutions::e0335_visit_log as right;
use axum::{
    Router,
    routing::{any, get},
};
use sweatbox::sandbox::Sandbox;

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0335", get(right::visit))
        .route("/0335/clear", any(right::clear))
}
