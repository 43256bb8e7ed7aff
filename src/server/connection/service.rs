//! The service of a connection, which counts requests until their answers have gone out, and
//! notes whether an answer waits for us or for its client.

use super::usage::{InFlight, Usage};
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use hyper::{Request, Response};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};
use tower::Service;

/// Counts the requests that pass through it.
#[derive(Clone)]
pub(in crate::server) struct CountingService<S> {
    inner: S,
    usage: Usage,
}

impl<S> CountingService<S> {
    pub(super) fn new(inner: S, usage: Usage) -> Self {
        Self { inner, usage }
    }
}

impl<S, B> Service<Request<B>> for CountingService<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let in_flight = self.usage.begin();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let count = |body| Body::new(CountedBody { body, in_flight });
            Ok(answer.await?.map(count))
        })
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
