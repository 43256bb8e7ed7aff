//! A slow page, during which somebody may log out: one way that brings the session back, and one
//! that does not.

use super::{
    cookie,
    form::field,
    logins::{Login, Logins},
    pages,
};
use crate::{
    error::HttpError,
    sandbox::Sandbox,
    xray::{Recording, What},
};
use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Response},
};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// Long enough to go to another tab and log out there.
const PAUSE: Duration = Duration::from_secs(8);

/// What came of a slow page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is counted; nobody had logged out.
    Counted,
    /// Somebody had logged out, and is logged in again.
    CameBack,
    /// Somebody had logged out, and that is that.
    StayedOut,
}

impl Outcome {
    /// A remark for the X-ray; the tasks go by it, too.
    pub(super) fn remark(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::CameBack => "brought back a session that had ended",
            Self::StayedOut => "wrote nothing, since the session had ended",
        }
    }
}

/// Under this name the X-ray shows what came of it.
pub(super) const SLOW_PAGE: &str = "slow page";

pub(super) async fn slow_page(
    State(sandbox): State<Sandbox>,
    Extension(logins): Extension<Logins>,
    recording: Recording,
    headers: HeaderMap,
    method: Method,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let (port, now) = (sandbox.identity.port(), sandbox.clock.now());
    let found = cookie::came(&headers, port).and_then(|id| logins.find(id, now));
    let found = found.filter(|login| login.name.is_some());
    let read = found.ok_or_else(|| HttpError::Unknown("Log in first.".into()))?;
    if method == Method::HEAD {
        return Ok(StatusCode::OK.into_response());
    }
    pause(read.id, &sandbox, &recording).await?;

    let (id, now) = (read.id, sandbox.clock.now());
    let writes_back =
        field(query.unwrap_or_default().as_bytes(), "write").as_deref() == Some("back");
    let outcome = match writes_back {
        true => write_back(&logins, read, now),
        false => look_again(&logins, id, now),
    };
    recording.note(SLOW_PAGE, outcome.remark());
    // As many programs do, the careless way sets the cookie anew with each answer.
    let cookie = writes_back.then(|| (SET_COOKIE, cookie::set(id, port)));
    Ok((AppendHeaders(cookie), pages::slow(port, outcome)).into_response())
}

async fn pause(id: Id, sandbox: &Sandbox, recording: &Recording) -> Result<(), HttpError> {
    let _place = sandbox.sessions.begin_wait(Some(id))?;
    let start = Instant::now();
    let outcome = tokio::select! {
        () = tokio::time::sleep(PAUSE.min(sandbox.max_wait)) => Ok(()),
        () = sandbox.stopping.cancelled() => Err(HttpError::Unavailable(
            "This copy is being stopped, so the slow page was cut short.".into(),
        )),
    };
    recording.took(start, What::Sleep);
    outcome
}

// ANCHOR: write-back
/// Writes what was read before the wait, with one page more.
fn write_back(logins: &Logins, mut read: Login, now: OffsetDateTime) -> Outcome {
    read.slow_pages = read.slow_pages.saturating_add(1);
    // Whatever happened during the wait, a logout say, is undone.
    match logins.overwrite(read, now) {
        true => Outcome::Counted,
        false => Outcome::CameBack,
    }
}
// ANCHOR_END: write-back

// ANCHOR: look-again
/// Looks the session up once more, and counts only if it is still there.
fn look_again(logins: &Logins, id: Id, now: OffsetDateTime) -> Outcome {
    let count = |login: &mut Login| login.slow_pages = login.slow_pages.saturating_add(1);
    match logins.change(id, now, count) {
        Some(_) => Outcome::Counted,
        None => Outcome::StayedOut,
    }
}
// ANCHOR_END: look-again

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn logged_in(logins: &Logins) -> Login {
        logins.new_id(None, "Ann".into(), NOW)
    }

    #[test]
    fn a_slow_page_is_counted_either_way_while_nobody_logs_out() {
        let logins = Logins::default();
        let read = logged_in(&logins);
        let id = read.id;
        assert_eq!(write_back(&logins, read, NOW), Outcome::Counted);
        assert_eq!(look_again(&logins, id, NOW), Outcome::Counted);
        assert_eq!(logins.find(id, NOW).map(|login| login.slow_pages), Some(2));
    }

    #[test]
    fn after_a_logout_only_the_one_that_writes_back_brings_the_session_to_life() {
        let logins = Logins::default();
        let read = logged_in(&logins);
        let id = read.id;
        logins.end(id, NOW);
        assert_eq!(look_again(&logins, id, NOW), Outcome::StayedOut);
        assert!(logins.find(id, NOW).is_none());
        assert_eq!(write_back(&logins, read, NOW), Outcome::CameBack);
        let name = logins.find(id, NOW).and_then(|login| login.name);
        assert_eq!(name.as_deref(), Some("Ann"));
    }
}
