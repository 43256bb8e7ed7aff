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
