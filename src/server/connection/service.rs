//! The service of a connection, which counts requests until their answers have gone out, and
//! notes whether an answer waits for us or for its client.

use super::usage::{InFlight, Usage};
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
};
use http_body::{Frame, SizeHint};
use hyper::{Request, Response, body::Incoming};
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tower::Service;

/// An answer that is being made.
pub(super) type Answer =
    Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send + 'static>>;

/// Counts the requests that pass through it.
#[derive(Clone)]
pub(in crate::server) struct CountingService {
    app: Router,
    usage: Usage,
}

impl CountingService {
    pub(super) fn new(app: Router, usage: Usage) -> Self {
        Self { app, usage }
    }

    /// Begins to answer.
    pub(super) fn answer(&self, request: Request<Incoming>) -> Answer {
        let in_flight = self.usage.begin();
        // A router is always ready, so it need not be asked.
        let answer = self.app.clone().call(request);
        Box::pin(async move {
            let count = |body| Body::new(CountedBody { body, in_flight });
            Ok(answer.await?.map(count))
        })
    }
}

impl Service<Request<Incoming>> for CountingService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Answer {
        self.answer(request)
    }
}

/// A body that is in flight until it is dropped.
struct CountedBody {
    body: Body,
    in_flight: InFlight,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let outcome = Pin::new(&mut self.body).poll_frame(context);
        match &outcome {
            // hyper keeps a part until the client's window has room, and asks for the next one,
            // or drops the body, only then. An event stream has been asked, and has nothing yet.
            Poll::Ready(Some(Ok(_))) => self.in_flight.waits_for_client(),
            Poll::Pending => self.in_flight.waits_for_us(),
            Poll::Ready(_) => {}
        }
        outcome
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};
    use std::{convert::Infallible, task::Waker, time::Duration};
    use tokio::time::{Instant, advance};

    const STALLED: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_has_said_something_may_then_be_quiet_for_any_time() {
        let usage = Usage::default();
        let said = stream::iter([Ok::<_, Infallible>("event")]);
        let mut body = CountedBody {
            body: Body::from_stream(said.chain(stream::pending())),
            in_flight: usage.begin(),
        };
        let mut context = Context::from_waker(Waker::noop());
        let first = Pin::new(&mut body).poll_frame(&mut context);
        assert!(matches!(first, Poll::Ready(Some(Ok(_)))));
        assert!(Pin::new(&mut body).poll_frame(&mut context).is_pending());
        advance(2 * STALLED).await;
        let deadline = usage.deadline(STALLED, STALLED);
        assert_eq!(deadline, Instant::now() + STALLED);
    }
}
