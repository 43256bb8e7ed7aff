//! `GET /0390/api/events`: what happens to a running attempt, as it happens.

use super::{refused::Refused, who::Candidate};
use crate::quiz::{
    Quiz,
    stream::{Followed, event},
};
use axum::{
    Extension,
    response::sse::{Event, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use std::convert::Infallible;

/// Follows the attempt: `remaining` each full second, `answers`, `parameters`, and at the end
/// `evaluated` or `stopping`. Read with `fetch`, since `EventSource` sends no headers.
pub(super) async fn follow(
    Extension(quiz): Extension<Quiz>,
    Candidate(session): Candidate,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refused> {
    let events = match quiz.follow(&session)? {
        Followed::Running(attending) => attending.events().left_stream(),
        Followed::Evaluated(evaluation) => {
            let only = event("evaluated", &evaluation);
            stream::iter([only]).right_stream()
        }
        Followed::Never => {
            return Err(Refused::NoAttempt {
                attempts_left: None,
            });
        }
        Followed::TooMany => return Err(Refused::TooManyStreams),
    };
    Ok(Sse::new(events.map(Ok)))
}
