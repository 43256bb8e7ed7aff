//! Changes that another page wants: the door that is watched, the one that stands open, and, for
//! the learner's second copy, the page that tries both.

use super::{
    cookie,
    form::{field, name_in},
    logins::{Login, Logins},
    pages,
};
use crate::{error::HttpError, identity::Port, sandbox::Sandbox, xray::Recording};
use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::{
        HeaderMap, Method, Uri,
        header::{CONTENT_SECURITY_POLICY, HOST},
        uri::Authority,
    },
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};

/// Under this name the X-ray shows who asked for a change at the open door.
pub(super) const ASKED_BY: &str = "asked by";
pub(super) const OTHER_PORT: &str = "a page of another port of this host";

/// The program's usual policy lets a page send its forms to its own copy alone. This one is to
/// play the foreign page, which has whatever policy it likes.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; \
                      form-action 'self' https:";

// ANCHOR: watched
/// `POST /0410/rename`: the program has looked at where the request comes from.
pub(super) async fn rename(
    state: State<Sandbox>,
    logins: Extension<Logins>,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Redirect, HttpError> {
    change_name(&state, &logins, &headers, &form)?;
    Ok(Redirect::to("/0410"))
}
// ANCHOR_END: watched

// ANCHOR: open
/// `GET /0410/open?name=…`: nobody has looked, since a GET is not expected to change anything.
pub(super) async fn open_door(
    state: State<Sandbox>,
    logins: Extension<Logins>,
    recording: Recording,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    if method == Method::HEAD {
        return Ok(html! {});
    }
    let query = query.unwrap_or_default();
    let login = change_name(&state, &logins, &headers, query.as_bytes())?;
    let (port, asker) = (state.identity.port(), asked_by(&headers));
    recording.note(ASKED_BY, asker);
    Ok(pages::renamed(port, &login, asker))
}
// ANCHOR_END: open

fn change_name(
    sandbox: &Sandbox,
    logins: &Logins,
    headers: &HeaderMap,
    form: &[u8],
) -> Result<Login, HttpError> {
    let name = name_in(form)?;
    let now = sandbox.clock.now();
    let came = cookie::came(headers, sandbox.identity.port());
    let found = came.and_then(|id| logins.find(id, now));
    let found = found.filter(|login| login.name.is_some());
    let changed =
        found.and_then(|login| logins.change(login.id, now, |login| login.name = Some(name)));
    changed.ok_or_else(|| HttpError::Unknown("Log in first, in this very browser.".into()))
}

/// Who sent a request, as the browser tells it.
fn asked_by(headers: &HeaderMap) -> &'static str {
    let site = headers.get("sec-fetch-site");
    match site.and_then(|site| site.to_str().ok()) {
        Some("same-origin") => "a page of this copy",
        Some("same-site") => OTHER_PORT,
        Some("cross-site") => "a page of another site",
        Some("none") => "the visitor, who has typed the address",
        _ => "somebody who does not say where the request comes from",
    }
}

/// `GET /0410/elsewhere?port=…`: the page of a stranger, with forms for the copy on that port.
pub(super) async fn elsewhere(
    State(sandbox): State<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let own = sandbox.identity.port();
    let port = field(uri.query().unwrap_or_default().as_bytes(), "port");
    let page = match port.as_deref().map(str::trim) {
        None | Some("") => pages::ask_for_port(own),
        Some(typed) => {
            let port = typed.parse::<Port>();
            let port = port.map_err(|error| HttpError::Invalid(format!("{error}.")))?;
            pages::elsewhere(own, &format!("https://{}:{port}", host(&uri, &headers)))
        }
    };
    Ok(([(CONTENT_SECURITY_POLICY, POLICY)], page).into_response())
}

/// The name under which the visitor asked for this page: under another one no cookie would come.
fn host(uri: &Uri, headers: &HeaderMap) -> String {
    // HTTP/2 carries it in the request's address, HTTP/1.1 in a header.
    let field = headers.get(HOST).and_then(|host| host.to_str().ok());
    let field = field.and_then(|host| host.parse::<Authority>().ok());
    let authority = uri.authority().cloned().or(field);
    authority.map_or_else(|| "localhost".into(), |found| found.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_host_is_the_one_that_was_asked_for_without_its_port() {
        let none = HeaderMap::new();
        let uri = Uri::from_static("https://class.example:41221/0410/elsewhere");
        assert_eq!(host(&uri, &none), "class.example");
        let path = Uri::from_static("/0410/elsewhere");
        for (field, expected) in [("127.0.0.1:1", "127.0.0.1"), ("[::1]:8443", "[::1]")] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(field))]);
            assert_eq!(host(&path, &headers), expected);
        }
        assert_eq!(host(&path, &none), "localhost");
    }
}
