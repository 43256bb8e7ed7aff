//! The headers that every answer carries.
//!
//! Two that other sites send are left out on purpose, since both act on the whole *host*, and on
//! a class host that means on every other student's port as well. `Strict-Transport-Security`
//! would forbid plain HTTP, and clicking past a warning about a certificate, on all of them.
//! `Clear-Site-Data` would log the visitor out of them all. A logout here removes one cookie, and
//! whoever has a host name of their own sends the first by a proxy: see docs/SECURITY.md.

use crate::middleware::Inner;
use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use futures_util::FutureExt;

// The values are checked by the compiler, and not at every answer.
static HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        // Nothing but what is named, and that from this port alone. The one frame is a lesson's,
        // for its live endpoint.
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
             connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; \
             form-action 'self'",
        ),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    // For browsers that do not know `frame-ancestors`.
    (
        header::X_FRAME_OPTIONS,
        HeaderValue::from_static("SAMEORIGIN"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    // Another port may not even show our pictures.
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    // What may be kept says so itself: the assets, whose addresses change with their content.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

pub(super) fn add_headers(request: Request, inner: impl Inner) -> impl Future<Output = Response> {
    inner.run(request).map(|mut response| {
        for (name, value) in &HEADERS {
            let entry = response.headers_mut().entry(name);
            entry.or_insert_with(|| value.clone());
        }
        response
    })
}
