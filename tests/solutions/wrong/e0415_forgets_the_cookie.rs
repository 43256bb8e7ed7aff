//! Wrong: the logout takes the cookie from the browser, and leaves the session where it is.

use crate::solutions::e0415_safe_login as right;
use axum::{
    Router,
    extract::State,
    http::header::SET_COOKIE,
    response::{AppendHeaders, IntoResponse, Redirect},
    routing::{get, post},
};
use sweatbox::sandbox::Sandbox;

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0415", get(right::show))
        .route("/0415/note", post(right::write_note))
        .route("/0415/login", post(right::log_in))
        .route("/0415/logout", post(log_out))
}

async fn log_out(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    let name = &sandbox.identity.names.cookie;
    let removal = format!("{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    (
        AppendHeaders([(SET_COOKIE, removal)]),
        Redirect::to("/0415"),
    )
}
