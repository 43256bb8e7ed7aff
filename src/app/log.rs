//! One line in the log for each request, whatever becomes of it.

use crate::middleware::Inner;
use axum::{
    extract::Request,
    http::{Method, Version},
    response::Response,
};
use futures_util::{FutureExt, future::Either};
use std::time::Instant;
use tracing::{Level, enabled};

/// Writes its line when it is dropped, so that a visitor who leaves gets one as well.
struct Line {
    method: Method,
    // Without the query: what a visitor types there is nobody's business.
    path: String,
    version: Version,
    start: Instant,
    status: Option<u16>,
}

pub(super) fn log(request: Request, inner: impl Inner) -> impl Future<Output = Response> {
    // Nothing is kept for a line that nobody will read.
    if !enabled!(Level::INFO) {
        return Either::Left(inner.run(request));
    }
    let mut line = Line {
        method: request.method().clone(),
        path: request.uri().path().chars().take(200).collect(),
        version: request.version(),
        start: Instant::now(),
        status: None,
    };
    Either::Right(inner.run(request).map(move |response| {
        line.answered(&response);
        response
    }))
}

impl Line {
    fn answered(&mut self, response: &Response) {
        self.status = Some(response.status().as_u16());
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Self {
            method,
            path,
            version,
            start,
            ..
        } = self;
        let milliseconds = start.elapsed().as_millis() as u64;
        match self.status {
            Some(status) => {
                tracing::info!(%method, path, ?version, status, milliseconds, "request")
            }
            None => tracing::info!(%method, path, ?version, milliseconds, "visitor left"),
        }
    }
}
