//! `/0390/api/attempts`: who is where, and the release of a lost laptop.

use super::{refused::Refused, who::Proctor};
use crate::quiz::{Name, Quiz, view::ReleasedView};
use axum::{
    Extension, Json,
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response, sse::Sse},
};
use futures_util::StreamExt;
use std::convert::Infallible;

/// Everybody who has logged in. Asked for `text/event-stream`, the same as `event: attempts`,
/// at once, after each change and every five seconds.
pub(super) async fn list(
    _: Proctor,
    Extension(quiz): Extension<Quiz>,
    headers: HeaderMap,
) -> Response {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/event-stream")) {
        let events = quiz.watch_all().map(Ok::<_, Infallible>);
        return Sse::new(events).into_response();
    }
    Json(quiz.overview()).into_response()
}

/// Lets the next session of this candidate that asks take the running attempt over.
pub(super) async fn release(
    _: Proctor,
    Extension(quiz): Extension<Quiz>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<ReleasedView>, Refused> {
    const NONE: Refused = Refused::NotFound("No attempt of a candidate of this name runs.");
    let Path(name) = name.map_err(|_| NONE)?;
    let name = name.parse::<Name>().map_err(|_| NONE)?;
    match quiz.act(|inner, now| inner.room.release(&name, now)) {
        true => Ok(Json(ReleasedView {
            name: name.to_string(),
            released: true,
        })),
        false => Err(NONE),
    }
}
