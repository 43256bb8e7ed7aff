//! Lesson 0410, "Logging in": what goes wrong around a login, and what stops it.
//!
//! The logins are sessions of the lesson's own (`logins.rs`), under a cookie of its own
//! (`cookie.rs`), since half of what happens to them is wrong on purpose: an id planted by a link
//! (here), a slow page that undoes a logout (`slow.rs`), a change that another port's page asks
//! for (`other_port.rs`). The copy's own sessions are not touched.

mod cookie;
mod form;
mod logins;
mod other_port;
mod pages;
mod slow;
mod tasks;

use crate::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::Recording,
};
use axum::{
    Extension, Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use form::{field, name_in, sid_in};
use logins::Logins;
use maud::Markup;
use slow::Outcome;
use tasks::{ATTACKER, HAS_NOTHING, IS_LOGGED_IN, IS_NOBODY, KEPT, LOGIN, NEW};
use tower_sessions::session::Id;

pub(super) const LESSON: Lesson = Lesson {
    number: 410,
    file: "0410-logging-in.md",
    endpoint: "/0410",
    router,
    tasks: &[
        Task {
            id: "old-id",
            done: |records| tasks::planted(records, KEPT, IS_LOGGED_IN),
        },
        Task {
            id: "new-id",
            done: |records| tasks::planted(records, NEW, HAS_NOTHING),
        },
        Task {
            id: "back-again",
            done: |records| tasks::slow(records, Outcome::CameBack),
        },
        Task {
            id: "stays-out",
            done: |records| tasks::slow(records, Outcome::StayedOut),
        },
        Task {
            id: "other-port",
            done: tasks::from_another_port,
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0410", get(show))
        .route("/0410/begin", post(begin))
        .route("/0410/planted", get(follow_planted))
        .route("/0410/as", get(look_as))
        .route("/0410/login", post(log_in))
        .route("/0410/logout", post(log_out))
        .route("/0410/slow", get(slow::slow_page))
        .route("/0410/rename", post(other_port::rename))
        .route("/0410/open", get(other_port::open_door))
        .route("/0410/elsewhere", get(other_port::elsewhere))
        .layer(Extension(Logins::default()))
}

async fn show(
    State(sandbox): State<Sandbox>,
    Extension(logins): Extension<Logins>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Markup {
    let port = sandbox.identity.port();
    let came = cookie::came(&headers, port);
    let login = came.and_then(|id| logins.find(id, sandbox.clock.now()));
    pages::home(port, login.as_ref(), sid_in(query.as_deref()))
}

/// The attacker's first step: a session like anybody's, and its id written down. A real attacker
/// reads it off the own cookie; here the address carries it, so that one browser can play both.
async fn begin(State(sandbox): State<Sandbox>, Extension(logins): Extension<Logins>) -> Redirect {
    let id = logins.begin(sandbox.clock.now()).id;
    Redirect::to(&format!("/0410/as?sid={id}"))
}

// ANCHOR: planted
async fn follow_planted(
    State(sandbox): State<Sandbox>,
    Extension(logins): Extension<Logins>,
    method: Method,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let (port, now) = (sandbox.identity.port(), sandbox.clock.now());
    let found = sid_in(query.as_deref()).and_then(|id| logins.find(id, now));
    let login = found.ok_or_else(|| HttpError::Invalid("No session has this id.".into()))?;
    // The mistake: an address can be written by anybody, and what it says becomes the cookie.
    let cookie = (method == Method::GET).then(|| cookie::set(login.id, port));
    Ok(back(Some(login.id), cookie))
}
// ANCHOR_END: planted

/// What somebody gets to see whose browser sends the id in the address as its cookie.
async fn look_as(
    State(sandbox): State<Sandbox>,
    Extension(logins): Extension<Logins>,
    recording: Recording,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    let id = sid_in(query.as_deref());
    let id = id.ok_or_else(|| HttpError::Invalid("There is no id in this address.".into()))?;
    let found = logins.find(id, sandbox.clock.now());
    let seen = match &found {
        Some(login) if login.name.is_some() => IS_LOGGED_IN,
        Some(_) => IS_NOBODY,
        None => HAS_NOTHING,
    };
    recording.note(ATTACKER, seen);
    Ok(pages::attacker(sandbox.identity.port(), id, found.as_ref()))
}

async fn log_in(
    State(sandbox): State<Sandbox>,
    Extension(logins): Extension<Logins>,
    recording: Recording,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Response, HttpError> {
    let (port, now) = (sandbox.identity.port(), sandbox.clock.now());
    let (came, name) = (cookie::came(&headers, port), name_in(&form)?);
    let login = match field(&form, "id").as_deref() {
        Some("keep") => logins.keep_id(came, name, now),
        _ => logins.new_id(came, name, now),
    };
    recording.note(LOGIN, if came == Some(login.id) { KEPT } else { NEW });
    let planted = field(&form, "sid").and_then(|sid| sid.parse().ok());
    Ok(back(planted, Some(cookie::set(login.id, port))))
}

// ANCHOR: log-out
async fn log_out(
    State(sandbox): State<Sandbox>,
    Extension(logins): Extension<Logins>,
    headers: HeaderMap,
) -> Response {
    let port = sandbox.identity.port();
    if let Some(id) = cookie::came(&headers, port) {
        // On the server first: to forget the cookie alone would leave the session to whoever
        // has a copy of the id.
        logins.end(id, sandbox.clock.now());
    }
    back(None, Some(cookie::removal(port)))
}
// ANCHOR_END: log-out

/// To the visitor's own page. The address keeps the planted id, for the way to the attacker's tab.
fn back(planted: Option<Id>, cookie: Option<HeaderValue>) -> Response {
    let query = planted.map_or_else(String::new, |id| format!("?sid={id}"));
    let cookie = AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)));
    (cookie, Redirect::to(&format!("/0410{query}"))).into_response()
}
