//! A request's body is read to its end before anything looks at the request.
//!
//! An answer that goes out while its request is still arriving resets the stream, and some
//! clients (curl 7.88 among them) then throw the answer away: a refusal would look like a broken
//! connection. It also keeps a body that dawdles from holding a session's lock.

use crate::{error::HttpError, middleware::Inner};
use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use http_body_util::LengthLimitError;
use std::{error::Error, time::Duration};
use tokio::time::timeout;

/// The longest body, in bytes: twice what a session may hold.
const MOST: usize = 128 * 1024;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn read_first(request: Request, inner: impl Inner) -> impl Future<Output = Response> {
    match request.body().is_end_stream() {
        true => Either::Left(inner.run(request)),
        // In a box: the many requests without a body are to have no room for one.
        false => Either::Right(Box::pin(read(request, inner))),
    }
}

async fn read(request: Request, inner: impl Inner) -> Response {
    let (parts, body) = request.into_parts();
    match timeout(PATIENCE, to_bytes(body, MOST)).await {
        Ok(Ok(bytes)) => {
            inner
                .run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Ok(Err(error)) => refused(&error).into_response(),
        Err(_) => HttpError::TooSlow.into_response(),
    }
}

fn refused(error: &axum::Error) -> HttpError {
    let is_limit = error
        .source()
        .is_some_and(|cause| cause.is::<LengthLimitError>());
    match is_limit {
        true => HttpError::BodyTooLarge(MOST),
        // The client left, or broke the rules of HTTP; nobody is likely to read this.
        false => HttpError::Invalid("The request ended before its body was complete.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::middleware::middleware;
    use axum::{Router, body::Bytes, http::StatusCode, routing::post};
    use futures_util::stream;
    use std::convert::Infallible;
    use tower::ServiceExt;

    async fn answer(body: Body) -> StatusCode {
        let echo = Router::new().route("/", post(async |body: Bytes| body));
        let app = echo.layer(middleware(read_first));
        let request = Request::post("/").body(body).expect("it is well formed");
        app.oneshot(request).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let never = stream::pending::<Result<Bytes, Infallible>>();
        assert_eq!(
            answer(Body::from_stream(never)).await,
            StatusCode::REQUEST_TIMEOUT
        );
    }

    #[tokio::test]
    async fn a_body_may_be_as_long_as_the_limit() {
        for (length, status) in [(MOST, 200), (MOST + 1, 413)] {
            let body = Body::from_stream(stream::iter([Ok::<_, Infallible>(vec![0; length])]));
            assert_eq!(answer(body).await.as_u16(), status, "{length}");
        }
    }
}
