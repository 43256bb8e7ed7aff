//! Where a request comes from: this copy's own pages, or a page of somebody else.
//!
//! Another port of the same host is another origin but the same *site*, so `SameSite=Lax` does
//! not keep a classmate's page from using our cookie. The browser says where a request comes
//! from (Fetch Metadata, <https://www.w3.org/TR/fetch-metadata/>), and we listen.

use crate::{error::HttpError, middleware::Inner};
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, Method, Uri,
        header::{self, AsHeaderName},
    },
    response::{IntoResponse, Response},
};
use futures_util::future::Either;
use std::future::ready;

// Checked as names by the compiler, and not at every request.
static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// What a request may do, judged by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From our own pages, typed by the visitor, a followed link, or no browser at all.
    Own,
    /// An image, frame or script of a foreign page: may look, but without a session.
    Foreign,
    /// A foreign page that wants to change something: refused.
    Forbidden,
}

impl Origin {
    // ANCHOR: judge
    /// Judges a request by its method and headers.
    pub fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let own = match text(headers, &SEC_FETCH_SITE) {
            Some(site) => Some(site == "same-origin" || (site == "none" && method.is_safe())),
            // Older browsers: `Origin` is there on every cross-origin POST.
            None => text(headers, header::ORIGIN).map(|origin| is_own(origin, uri, headers)),
        };
        match own {
            Some(true) => Self::Own,
            // Neither header: curl, the grader, an old browser's plain link.
            None => Self::Own,
            Some(false) if !method.is_safe() => Self::Forbidden,
            Some(false) if is_followed_link(headers) => Self::Own,
            Some(false) => Self::Foreign,
        }
    }
    // ANCHOR_END: judge
}

/// Middleware around all routes: a page of another origin changes nothing here.
pub fn refuse_foreign_changes(
    request: Request,
    inner: impl Inner,
) -> impl Future<Output = Response> {
    match Origin::of(request.method(), request.uri(), request.headers()) {
        Origin::Forbidden => Either::Left(ready(HttpError::Forbidden.into_response())),
        Origin::Own | Origin::Foreign => Either::Right(inner.run(request)),
    }
}

/// A visitor who follows a link from elsewhere is welcome with his or her session; a frame is
/// a navigation as well, but its destination is `iframe`.
fn is_followed_link(headers: &HeaderMap) -> bool {
    text(headers, &SEC_FETCH_MODE) == Some("navigate")
        && text(headers, &SEC_FETCH_DEST) == Some("document")
}

/// Whether `origin` names the host and port that the request was sent to.
fn is_own(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    // HTTP/2 carries the host in the request's address, HTTP/1.1 in a header.
    let host = uri.authority().map(|authority| authority.as_str());
    let host = host.or_else(|| text(headers, header::HOST));
    let named = origin.strip_prefix("https://");
    named.is_some_and(|named| host.is_some_and(|host| named.eq_ignore_ascii_case(host)))
}

fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    // A value that is no text is a value all the same: it must not count as "no header".
    headers.get(name).map(|value| value.to_str().unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn judge(method: &Method, fields: &[(&'static str, &'static str)]) -> Origin {
        let field = |&(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        let headers = fields.iter().map(field).collect();
        Origin::of(method, &Uri::from_static("/"), &headers)
    }

    const CHANGING: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

    #[test]
    fn our_own_pages_may_do_everything() {
        for method in CHANGING.iter().chain(&[Method::GET, Method::HEAD]) {
            assert_eq!(
                judge(method, &[("sec-fetch-site", "same-origin")]),
                Origin::Own
            );
        }
    }

    #[test]
    fn foreign_pages_may_not_change_anything() {
        for method in &CHANGING {
            for site in ["same-site", "cross-site", "none", "", "sAme-origin"] {
                assert_eq!(
                    judge(method, &[("sec-fetch-site", site)]),
                    Origin::Forbidden
                );
            }
        }
    }

    #[test]
    fn a_foreign_image_or_frame_gets_no_session_and_a_followed_link_does() {
        for site in ["same-site", "cross-site"] {
            let get = |mode, dest| {
                let fields = [
                    ("sec-fetch-site", site),
                    ("sec-fetch-mode", mode),
                    ("sec-fetch-dest", dest),
                ];
                judge(&Method::GET, &fields)
            };
            assert_eq!(get("no-cors", "image"), Origin::Foreign);
            assert_eq!(get("navigate", "iframe"), Origin::Foreign);
            assert_eq!(get("cors", "empty"), Origin::Foreign);
            assert_eq!(get("navigate", "document"), Origin::Own);
        }
    }

    #[test]
    fn a_typed_address_is_the_visitor_s_own() {
        assert_eq!(
            judge(&Method::GET, &[("sec-fetch-site", "none")]),
            Origin::Own
        );
    }

    #[test]
    fn without_fetch_metadata_the_origin_header_decides() {
        let post = |origin| judge(&Method::POST, &[("host", "h:41220"), ("origin", origin)]);
        assert_eq!(post("https://h:41220"), Origin::Own);
        assert_eq!(post("https://h:41221"), Origin::Forbidden);
        assert_eq!(post("http://h:41220"), Origin::Forbidden);
        assert_eq!(post("null"), Origin::Forbidden);
        let get = judge(&Method::GET, &[("host", "h:1"), ("origin", "https://h:2")]);
        assert_eq!(get, Origin::Foreign);
    }

    #[test]
    fn without_either_header_everything_is_allowed() {
        for method in CHANGING.iter().chain(&[Method::GET]) {
            assert_eq!(judge(method, &[("host", "h:41220")]), Origin::Own);
        }
    }
}
