//! Why a call was refused: each reason with its status, all in JSON.

use super::BODY;
use crate::quiz::{
    room::{Denied, Wrong},
    view::Answers,
};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::collections::BTreeMap;
use time::Duration;

/// A client may try again after so many seconds.
const SOON: i64 = 2;

/// The form of a refusal.
#[derive(Serialize)]
pub(super) struct ProblemView {
    status: u16,
    /// A heading.
    error: &'static str,
    /// A sentence or two.
    detail: String,
    /// Where there was never an attempt: how many there could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<u32>,
    /// Where another tab was further: the answers that stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<BTreeMap<String, usize>>,
    /// Where another tab was further: the revision of these answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

/// Why a call was refused.
#[derive(Debug)]
pub(super) enum Refused {
    /// 400: the body cannot be read.
    Unreadable(String),
    /// 401: the session id is missing or unknown.
    NoSession(&'static str),
    /// 401: the name is unknown or the pin wrong.
    WrongPin,
    /// 401: the owner token is missing or wrong.
    NotProctor,
    /// 403: no attempt may be started.
    NoStart(&'static str),
    /// 404: there was never an attempt.
    NoAttempt {
        /// How many there could be, where that is known.
        attempts_left: Option<u32>,
    },
    /// 404: the attempt, or the quiz, has no such thing.
    NotFound(&'static str),
    /// 409: another tab was further; its state.
    Stale {
        /// The answers that stand.
        answers: Answers,
        /// Their revision.
        revision: u64,
    },
    /// 410: the attempt is over.
    Over,
    /// 413: the body is too long.
    TooLong,
    /// 415: the body is not said to be JSON.
    NotJson,
    /// 422: what was sent makes no sense. A sentence that names the field.
    Invalid(String),
    /// 423: the attempt runs in another session.
    Elsewhere,
    /// 429: too many pins were wrong; not before so much time has passed.
    Slowly(Duration),
    /// 429: too many streams of one candidate.
    TooManyStreams,
    /// 503: not now. A sentence.
    Unavailable(&'static str),
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::NoSession(_) | Self::WrongPin | Self::NotProctor => StatusCode::UNAUTHORIZED,
            Self::NoStart(_) => StatusCode::FORBIDDEN,
            Self::NoAttempt { .. } | Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Stale { .. } => StatusCode::CONFLICT,
            Self::Over => StatusCode::GONE,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Elsewhere => StatusCode::LOCKED,
            Self::Slowly(_) | Self::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn words(&self) -> (&'static str, String) {
        let (title, detail) = match self {
            Self::Unreadable(why) => return ("Not to be read", why.clone()),
            Self::Invalid(why) => return ("That does not fit", why.clone()),
            Self::TooLong => {
                let most = format!("A body here has at most {} KiB.", BODY / 1024);
                return ("Too long", most);
            }
            Self::NoSession(why) => ("No session", *why),
            Self::WrongPin => ("Wrong name or pin", "There is no such name with this pin."),
            Self::NotProctor => (
                "Who is asking?",
                "This call needs the owner token, which `sweatbox token` prints.",
            ),
            Self::NoStart(why) => ("No attempt", *why),
            Self::NoAttempt { .. } => ("No attempt", "You have not started an attempt."),
            Self::NotFound(what) => ("Not there", *what),
            Self::Stale { .. } => (
                "Overtaken",
                "Another tab was further: its answers stand, and this one was not saved.",
            ),
            Self::Over => ("Too late", "The attempt is over; what was saved counts."),
            Self::NotJson => (
                "Not JSON",
                "The body has to be JSON, and `content-type` has to say so.",
            ),
            Self::Elsewhere => (
                "In use elsewhere",
                "Your attempt runs in another browser. Go on there, or ask the proctor to \
                 release it.",
            ),
            Self::Slowly(_) => ("Slowly", "Too many pins were wrong. Wait a little."),
            Self::TooManyStreams => (
                "Too many tabs",
                "Your attempt is open in too many tabs. Close some.",
            ),
            Self::Unavailable(why) => ("Not just now", *why),
        };
        (title, detail.to_owned())
    }

    /// The names of the way in (RFC 9110, 15.5.2), for which no browser asks for a password.
    fn way_in(&self) -> Option<&'static str> {
        match self {
            Self::NoSession(_) | Self::WrongPin => Some("SessionId"),
            Self::NotProctor => Some("Bearer"),
            _ => None,
        }
    }

    /// After how many seconds to try again: whole ones, and rather a moment late than early.
    fn pause(&self) -> Option<i64> {
        match self {
            Self::Slowly(wait) => {
                let up = Duration::milliseconds(999);
                Some((*wait + up).whole_seconds().max(1))
            }
            Self::Unavailable(_) => Some(SOON),
            _ => None,
        }
    }

    fn into_view(self) -> ProblemView {
        let (error, detail) = self.words();
        let status = self.status().as_u16();
        let (attempts_left, answers, revision) = match self {
            Self::NoAttempt { attempts_left } => (attempts_left, None, None),
            Self::Stale { answers, revision } => (None, Some(answers), Some(revision)),
            _ => (None, None, None),
        };
        ProblemView {
            status,
            error,
            detail,
            attempts_left,
            answers,
            revision,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, way_in, pause) = (self.status(), self.way_in(), self.pause());
        let mut response = (status, Json(self.into_view())).into_response();
        let headers = response.headers_mut();
        if let Some(way_in) = way_in {
            let way_in = HeaderValue::from_static(way_in);
            headers.insert(header::WWW_AUTHENTICATE, way_in);
        }
        if let Some(pause) = pause {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(pause));
        }
        response
    }
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown => Self::NoSession("This id is not known here, or no longer."),
            Denied::Elsewhere => Self::Elsewhere,
        }
    }
}

impl From<Wrong> for Refused {
    fn from(Wrong { field, what }: Wrong) -> Self {
        Self::Invalid(format!("{field}: {what}"))
    }
}
