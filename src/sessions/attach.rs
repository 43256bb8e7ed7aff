//! The session layer: what happens before and after every handler that knows its visitor.

use super::{
    Origin, Sessions,
    finish::FinishOnceLocked,
    unit::{CloseOnDrop, UnitOfWork},
};
use crate::{error::HttpError, middleware::Inner};
use axum::{
    extract::Request,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use std::sync::Arc;

/// Middleware: gives handlers their [`Visitor`](super::Visitor), and afterwards saves what they
/// changed.
pub fn attach(
    sessions: Sessions,
    mut request: Request,
    inner: impl Inner,
) -> impl Future<Output = Response> {
    // ANCHOR: before
    let origin = Origin::of(request.method(), request.uri(), request.headers());
    let foreign = origin != Origin::Own;
    let carried = sessions.0.cookie.find(request.headers());
    let carried = carried.filter(|_| !foreign);
    let recording = sessions.record(&request, carried.as_ref(), foreign);
    request.extensions_mut().insert(recording.clone());
    let unit = UnitOfWork::new(sessions, carried, foreign, recording);
    let unit = Arc::new(unit);
    request.extensions_mut().insert(unit.clone());
    // ANCHOR_END: before

    let work = {
        let unit = unit.clone();
        let at_work = unit.sessions.0.in_flight.token();
        let close = CloseOnDrop(unit.clone());
        let answer = inner.run(request);
        async move {
            let _until_the_end = (close, at_work);
            let answer = answer.await;
            let answer = match unit.is_settled() {
                true => answer,
                // In a box: the many requests that change nothing are to have no room for it.
                false => Box::pin(finish(&unit, answer)).await,
            };
            unit.publish(&answer);
            answer
        }
    };
    FinishOnceLocked::new(work, unit).map(|mut answer| {
        // What one visitor gets is nobody else's: not from a shared cache, not by the back button
        // after a logout.
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(header::VARY, HeaderValue::from_static("cookie"));
        answer
    })
}

/// Writes what the handler changed, if its answer is one that stands.
async fn finish(unit: &Arc<UnitOfWork>, mut answer: Response) -> Response {
    // ANCHOR: after
    if let Some(error) = unit.failure() {
        return HttpError::from(error).into_response();
    }
    // A failed request has changed nothing: no save, no new id, no logout, no cookie.
    if answer.status().is_server_error() {
        return answer;
    }
    match unit.settle().await {
        Ok(Some(cookie)) => {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            answer
        }
        Ok(None) => answer,
        Err(error) => HttpError::from(error).into_response(),
    }
    // ANCHOR_END: after
}
