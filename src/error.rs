//! The errors that a visitor can meet, each with its status.
//!
//! An answer carries its [`Problem`] as an extension; the assembly turns it into a page for a
//! browser and into JSON for a program.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::fmt::Display;

/// Why a request is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// 404: there is no such page.
    NotFound,
    /// 405: the page is there, but not for this method.
    MethodNotAllowed,
    /// 403: a page of another origin wants to change something here.
    Forbidden,
    /// 413: the visitor's session has outgrown its limit. What was too large.
    TooLarge(String),
    /// 413: a request's body is longer than so many bytes.
    BodyTooLarge(usize),
    /// 408: a request's body did not come in time.
    TooSlow,
    /// 429 with `Retry-After`: so many requests of the visitor's session wait already.
    TooManyWaits(usize),
    /// 401: who asks has not said who it is, or nobody knows that one. A sentence.
    Unknown(String),
    /// 422: what was sent makes no sense here. A sentence.
    Invalid(String),
    /// 501: an exercise that is still to be done. A sentence.
    NotYet(String),
    /// 500: a walkthrough has a mistake; which, and where.
    Mistake(String),
    /// 503 with `Retry-After`: something that is needed is away for now. A sentence.
    Unavailable(String),
    /// 500: a bug; the cause is in the log.
    Internal,
}

/// What to tell about an error, whatever the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A heading.
    pub title: &'static str,
    /// A sentence or two.
    pub detail: String,
}

/// After so many seconds a client may try again.
const RETRY_AFTER: &str = "2";

impl HttpError {
    /// A bug. The cause is logged and not sent: it is nothing for a visitor's eyes.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::Internal
    }

    /// Something is away. The sentence is sent; the cause, with its hosts and ports, is logged.
    pub fn unavailable(sentence: String, cause: impl Display) -> Self {
        tracing::warn!(%cause, "unavailable");
        Self::Unavailable(sentence)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooLarge(_) | Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyWaits(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unknown(_) => StatusCode::UNAUTHORIZED,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotYet(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Mistake(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn problem(&self) -> Problem {
        let (title, detail) = match self {
            Self::NotFound => ("No such page", "There is nothing at this address.".into()),
            Self::MethodNotAllowed => (
                "Not this way",
                "This page is there, but it does not answer this method.".into(),
            ),
            Self::Forbidden => (
                "Refused",
                "A page of another origin tried to change something here. Another port of the \
                 same host is another origin."
                    .into(),
            ),
            Self::TooLarge(what) => (
                "Too much for one session",
                format!("Nothing was changed: {what}."),
            ),
            Self::BodyTooLarge(most) => (
                "Too much at once",
                format!("What was sent is longer than {} KiB.", most / 1024),
            ),
            Self::TooSlow => (
                "Too slow",
                "What was announced did not come in time. Send it again.".into(),
            ),
            Self::TooManyWaits(most) => (
                "Too many at once",
                format!(
                    "{most} requests of your session are waiting already, and more may not. \
                     Wait until one of them is answered, or close a tab."
                ),
            ),
            Self::Unavailable(sentence) => {
                ("Not just now", format!("{sentence} Try again in a moment."))
            }
            Self::Unknown(sentence) => ("Who is asking?", sentence.clone()),
            Self::Invalid(sentence) => ("That does not fit", sentence.clone()),
            Self::NotYet(sentence) => ("Not yet", sentence.clone()),
            Self::Mistake(mistake) => ("This text has a mistake", mistake.clone()),
            Self::Internal => (
                "Our mistake",
                "Something went wrong here, and the log says what. Your session is as it was."
                    .into(),
            ),
        };
        Problem { title, detail }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if matches!(self, Self::Unavailable(_) | Self::TooManyWaits(_)) {
            let value = HeaderValue::from_static(RETRY_AFTER);
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response.extensions_mut().insert(self.problem());
        response
    }
}

impl From<tower_sessions::session::Error> for HttpError {
    /// A failure of the store is answered by the session layer, whatever a handler makes of it.
    fn from(error: tower_sessions::session::Error) -> Self {
        Self::internal(error)
    }
}
