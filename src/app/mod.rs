//! Assembly: the routes and the layers around them.

mod assets;
mod headers;
mod health;
mod log;
mod problems;

use crate::{error::HttpError, lessons, sandbox::Sandbox, sessions};
use axum::{Router, middleware, routing::get};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole program as one service. Layers are listed from the outermost to the innermost.
pub fn router(sandbox: Sandbox) -> Router {
    let with_sessions = lessons::router();
    around(with_sessions, sandbox)
}

/// Puts everything that is not a lesson around `routes`, which know their visitors.
pub fn around(routes: Router<Sandbox>, sandbox: Sandbox) -> Router {
    let problems = middleware::from_fn_with_state(sandbox.identity.port(), problems::render);
    let session = middleware::from_fn_with_state(sandbox.sessions.clone(), sessions::attach);
    routes
        .route_layer(session)
        .route("/healthz", get(health::healthz))
        .route("/assets/{name}", get(assets::asset))
        .fallback(async || HttpError::NotFound)
        .method_not_allowed_fallback(async || HttpError::MethodNotAllowed)
        .with_state(sandbox)
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(log::log))
                .layer(middleware::from_fn(headers::add_headers))
                .layer(problems)
                .layer(middleware::from_fn(sessions::refuse_foreign_changes))
                .layer(CatchPanicLayer::custom(problems::after_panic)),
        )
}
