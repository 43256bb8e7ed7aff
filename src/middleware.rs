//! Middlewares: what is done around everything further inside, at each request.
//!
//! `axum::middleware::from_fn` does the same and boxes what is inside three times over, since its
//! `Next` has no type parameter. Here the compiler knows the types, and all layers of a request
//! become one future: a visitor who waits takes less memory, and every answer less time.
//!
//! The future of an `async fn` keeps room for its arguments to the end. Where that is a request, and
//! the function awaits what is inside, write `fn … -> impl Future` and run what is inside before the
//! `async` block: a request is a quarter of a kilobyte, and there are many layers.

use axum::{extract::Request, response::Response};
use futures_util::{FutureExt, future::Map};
use std::{
    convert::Infallible,
    future::Future,
    mem,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// What lies further inside.
pub trait Inner: Clone + Send + Sync + 'static {
    /// Its answer.
    fn run(self, request: Request) -> impl Future<Output = Response> + Send;
}

impl<S> Inner for S
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    fn run(mut self, request: Request) -> impl Future<Output = Response> + Send {
        self.call(request).map(|answer| {
            let Ok(answer) = answer;
            answer
        })
    }
}

/// The layer that runs `middleware` with each request and with what lies further inside.
///
/// ```no_run
/// # use axum::{Router, extract::Request, response::Response};
/// # use sweatbox::middleware::{Inner, middleware};
/// fn log(request: Request, inner: impl Inner) -> impl Future<Output = Response> {
///     let path = request.uri().path().to_owned();
///     let answer = inner.run(request);
///     async move {
///         let answer = answer.await;
///         println!("{path}: {}", answer.status());
///         answer
///     }
/// }
/// let app: Router = Router::new().layer(middleware(log));
/// ```
pub fn middleware<F>(middleware: F) -> Middleware<F> {
    Middleware(middleware)
}

/// A layer made of a function.
#[derive(Debug, Clone)]
pub struct Middleware<F>(F);

impl<F: Clone, S> Layer<S> for Middleware<F> {
    type Service = Around<F, S>;

    fn layer(&self, inner: S) -> Around<F, S> {
        let middleware = self.0.clone();
        Around { middleware, inner }
    }
}

/// A function around a service.
#[derive(Debug, Clone)]
pub struct Around<F, S> {
    middleware: F,
    inner: S,
}

impl<F, S, A> Service<Request> for Around<F, S>
where
    F: Fn(Request, S) -> A,
    S: Service<Request, Error = Infallible> + Clone,
    A: Future<Output = Response>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Map<A, fn(Response) -> Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that said it was ready, and not its clone, which has not been asked.
        let next = self.inner.clone();
        let ready = mem::replace(&mut self.inner, next);
        (self.middleware)(request, ready).map(Ok)
    }
}
