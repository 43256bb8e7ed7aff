//! Assembly: the routes and the layers around them.

mod assets;
mod bodies;
mod headers;
mod health;
mod log;
mod problems;
mod progress;
mod status;
mod walkthroughs;
mod xray;

use crate::{
    error::HttpError,
    lessons::LESSONS,
    middleware::middleware,
    progress::Progress,
    quiz::Quiz,
    sandbox::{Lesson, Sandbox},
    sessions,
};
use axum::{Extension, Router, routing::get};
use std::sync::OnceLock;
use tower::ServiceBuilder;

/// What [`catalog`] lists, from the moment when it is first asked for.
static CATALOG: OnceLock<Vec<&'static Lesson>> = OnceLock::new();

/// Puts the exercises, which are the program's and not this library's, between the lessons. To be
/// called before the catalog is asked for: it is put together once.
pub fn take_in(exercises: &[&'static Lesson]) {
    CATALOG.get_or_init(|| by_numbers(exercises));
}

/// All lessons, and the exercises that were taken in, by their numbers.
pub fn catalog() -> impl Iterator<Item = &'static Lesson> {
    CATALOG.get_or_init(|| by_numbers(&[])).iter().copied()
}

fn by_numbers(exercises: &[&'static Lesson]) -> Vec<&'static Lesson> {
    let mut all = [LESSONS, exercises].concat();
    all.sort_by_key(|lesson| lesson.number);
    all
}

/// The live endpoints of all lessons and exercises.
pub fn endpoints() -> Router<Sandbox> {
    catalog().fold(Router::new(), |all, lesson| all.merge((lesson.router)()))
}

/// The whole program as one service.
pub fn router(sandbox: Sandbox, progress: Progress, quiz: Quiz) -> Router {
    around(endpoints(), sandbox, progress, quiz)
}

/// Puts everything that is not a lesson around `routes`, which know their visitors. Layers are
/// listed from the outermost to the innermost.
pub fn around(routes: Router<Sandbox>, sandbox: Sandbox, progress: Progress, quiz: Quiz) -> Router {
    let (port, sessions) = (sandbox.identity.port(), sandbox.sessions.clone());
    let problems = middleware(move |request, inner| problems::render(port, request, inner));
    let session =
        middleware(move |request, inner| sessions::attach(sessions.clone(), request, inner));
    let inside: Router = routes
        .merge(walkthroughs::router())
        .merge(xray::router())
        .merge(progress::router())
        // ANCHOR: layers
        .route_layer(session)
        .route("/status.json", get(status::status))
        .route("/healthz", get(health::healthz))
        .route("/assets/{name}", get(assets::asset))
        .fallback(async || HttpError::NotFound)
        .method_not_allowed_fallback(async || HttpError::MethodNotAllowed)
        .with_state(sandbox);
    // ANCHOR_END: layers
    // ANCHOR: outer
    // Around one service: `layer` on a router with many routes wraps each of them by itself,
    // and a thousand copies in one process have many.
    Router::new().fallback_service(inside).layer(
        ServiceBuilder::new()
            .layer(Extension(progress))
            .layer(Extension(quiz))
            .layer(middleware(log::log))
            .layer(middleware(headers::add_headers))
            .layer(problems)
            .layer(middleware(bodies::read_first))
            .layer(middleware(sessions::refuse_foreign_changes))
            .layer(middleware(problems::survive_panics)),
    )
    // ANCHOR_END: outer
}

/// Puts around `routes`, which know no visitors and speak JSON, what every answer of this program
/// has, and beside them the files that pages link to.
pub fn plain(routes: Router) -> Router {
    let inside: Router = routes
        .route("/assets/{name}", get(assets::asset))
        .fallback(async || HttpError::NotFound)
        .method_not_allowed_fallback(async || HttpError::MethodNotAllowed);
    Router::new().fallback_service(inside).layer(
        ServiceBuilder::new()
            .layer(middleware(log::log))
            .layer(middleware(headers::add_headers))
            .layer(middleware(problems::render_as_json))
            .layer(middleware(bodies::read_first))
            .layer(middleware(sessions::refuse_foreign_changes))
            .layer(middleware(problems::survive_panics)),
    )
}
