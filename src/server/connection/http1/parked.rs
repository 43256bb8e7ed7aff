//! A connection without hyper, whose visitor waits for an answer.

use super::{
    super::service::Answer,
    exchange::{Exchanges, StandIn, THEN_CLOSE},
    line::Line,
};
use axum::body::Body;
use hyper::Response;
use std::{
    future::{poll_fn, ready},
    task::Poll,
};
use tokio::io::{AsyncRead, AsyncWrite};

/// What is left of a connection that is parked.
pub(super) struct Parked<T> {
    pub(super) line: Line<T>,
    pub(super) answer: Answer,
    pub(super) stand_in: StandIn,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Parked<T> {
    /// The answer, as soon as it is there; `None` when the visitor has left.
    pub(super) async fn answer(&mut self) -> Option<Response<Body>> {
        poll_fn(|context| {
            if let Poll::Ready(answer) = self.answer.as_mut().poll(context) {
                let Ok(answer) = answer;
                return Poll::Ready(Some(answer));
            }
            self.line.poll_left(context).map(|()| None)
        })
        .await
    }

    /// The connection for a new hyper, which will read the stand-in and give `answer` to it: its last
    /// one, if the server is stopping.
    pub(super) fn resume(
        mut self,
        answer: Response<Body>,
        exchanges: &Exchanges,
        stopping: bool,
    ) -> Line<T> {
        exchanges.put(Box::pin(ready(Ok(answer))));
        let stand_in = if stopping { THEN_CLOSE } else { self.stand_in };
        self.line.push_back(stand_in);
        self.line
    }
}
