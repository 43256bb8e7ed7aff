//! Errors as a page for a browser and as JSON for a program.

use crate::{
    error::{HttpError, Problem},
    identity::Port,
    middleware::Inner,
    page::problem_page,
};
use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use serde_json::json;
use std::panic::AssertUnwindSafe;

/// Gives an answer that carries a [`Problem`] its body.
pub(super) fn render(
    port: Port,
    request: Request,
    inner: impl Inner,
) -> impl Future<Output = Response> {
    let wants_page = wants_page(request.headers()) && request.uri().path() != "/healthz";
    let form = move |status, problem: Problem| match wants_page {
        true => problem_page(port.number(), problem.title, &problem.detail).into_response(),
        false => as_json(status, &problem),
    };
    let response = inner.run(request);
    response.map(move |response| with_body(response, form))
}

/// The same where there is only one page, and programs alone can make mistakes.
pub(super) fn render_as_json(
    request: Request,
    inner: impl Inner,
) -> impl Future<Output = Response> {
    let form = |status, problem: Problem| as_json(status, &problem);
    let response = inner.run(request);
    response.map(move |response| with_body(response, form))
}

fn as_json(status: StatusCode, problem: &Problem) -> Response {
    let Problem { title, detail } = problem;
    Json(json!({ "status": status.as_u16(), "error": title, "detail": detail })).into_response()
}

fn with_body(
    mut response: Response,
    form: impl FnOnce(StatusCode, Problem) -> Response,
) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let (parts, body) = form(response.status(), problem).into_parts();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        if let Some(value) = parts.headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        } else {
            response.headers_mut().remove(name);
        }
    }
    *response.body_mut() = body;
    response
}

/// Browsers ask for HTML by name; curl and programs do not.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// A handler that panics: one visitor gets a 500, everybody else notices nothing.
pub(super) fn survive_panics(
    request: Request,
    inner: impl Inner,
) -> impl Future<Output = Response> {
    // Whatever it was at work on is dropped, so nobody sees it half-done.
    let answer = AssertUnwindSafe(inner.run(request)).catch_unwind();
    // The message was printed by the panic hook already.
    answer.map(|answer| {
        answer.unwrap_or_else(|_| HttpError::internal("a handler panicked").into_response())
    })
}
