//! Errors as a page for a browser and as JSON for a program.

use crate::{
    error::{HttpError, Problem},
    identity::Port,
    page::problem_page,
};
use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::any::Any;

/// Gives an answer that carries a [`Problem`] its body.
pub(super) async fn render(State(port): State<Port>, request: Request, next: Next) -> Response {
    let wants_page = wants_page(request.headers()) && request.uri().path() != "/healthz";
    let mut response = next.run(request).await;
    let Some(Problem { title, detail }) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let rendered = if wants_page {
        problem_page(port.number(), title, &detail).into_response()
    } else {
        let status = response.status().as_u16();
        Json(json!({ "status": status, "error": title, "detail": detail })).into_response()
    };
    let (parts, body) = rendered.into_parts();
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

/// A handler panicked: one visitor gets a 500, everybody else notices nothing.
pub(super) fn after_panic(_: Box<dyn Any + Send>) -> Response<Body> {
    // The message was printed by the panic hook already.
    HttpError::internal("a handler panicked").into_response()
}
