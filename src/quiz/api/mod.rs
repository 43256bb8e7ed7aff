//! The quiz's calls: JSON over HTTPS, one file for each group of them.
//!
//! What each call takes and answers is described in `openapi.json`, by hand.
//!
//! A candidate is known by the header `session-id`, the proctor by the owner token; neither is
//! in a cookie, which a browser would send to every port of the host.

mod answers;
mod attempt;
mod attempts;
mod body;
mod events;
mod login;
mod openapi;
mod parameters;
mod refused;
mod results;
mod who;

use super::Quiz;
use crate::{config::Tenancy, sandbox::Sandbox};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use refused::Refused;

/// The longest body that a call takes.
const BODY: usize = 4 * 1024;

/// The endpoints below `/0390/api`, for lesson 0390 to merge.
pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0390/api/login", post(login::login))
        .route("/0390/api/attempt", get(attempt::show).post(attempt::start))
        .route("/0390/api/attempt/answers/{question}", put(answers::save))
        .route("/0390/api/attempt/submit", post(attempt::submit))
        .route("/0390/api/events", get(events::follow))
        .route(
            "/0390/api/parameters",
            get(parameters::show).patch(parameters::change),
        )
        .route("/0390/api/attempts", get(attempts::list))
        .route("/0390/api/attempts/{name}/release", post(attempts::release))
        .route("/0390/api/results", get(results::list))
        .route("/0390/api/results.csv", get(results::as_csv))
        .route("/0390/api/openapi.json", get(openapi::document))
        .route_layer(middleware::from_fn(alone))
        .route_layer(DefaultBodyLimit::max(BODY))
}

/// Refuses everything where other processes serve the same port: an attempt lives in one of
/// them, and the next request may come to another.
async fn alone(Extension(quiz): Extension<Quiz>, request: Request, next: Next) -> Response {
    match quiz.0.tenancy {
        Tenancy::Alone => next.run(request).await,
        Tenancy::Replica => Refused::Unavailable(
            "There is no quiz with --replicas: attempts live in the memory of one process.",
        )
        .into_response(),
    }
}
