//! Wrong: a link logs out, and so does every picture and every preview that follows it.

use crate::solutions::e0415_safe_login as right;
use axum::{
    Router,
    routing::{any, get, post},
};
use sweatbox::sandbox::Sandbox;

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(right::show))
        .route("/0415/note", post(right::write_note))
        .route("/0415/login", post(right::log_in))
        .route("/0415/logout", any(right::log_out))
}
