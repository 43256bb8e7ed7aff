//! Lesson 0340, "Got you sweating?": every refresh waits a second longer than the last one.

use crate::{error::HttpError, identity::Names, page::page, sandbox::{Lesson, Sandbox}, sessions::Visitor};
use axum::{
    Router,
    extract::{RawQuery, State},
    http::Method,
    routing::get,
};
use maud::{Markup, html};
use std::time::Duration;

/// The one value that this lesson keeps in the session: the seconds of the next wait.
const WAIT: &str = "wait";

pub(super) const LESSON: Lesson = Lesson {
    number: 340,
    file: "0340-got-you-sweating.md",
    endpoint: "/0340",
    router,
    tasks: &[],
};

/// `/` and `/0340`, which are the same page.
fn router() -> Router<Sandbox> {
    Router::new()
        .route("/", get(got_you_sweating))
        .route("/0340", get(got_you_sweating))
}

// ANCHOR: handler
async fn got_you_sweating(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    method: Method,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    let asked = Asked::from_query(query.as_deref().unwrap_or_default());
    let wait = match asked {
        // A HEAD request asks what a page is like; it must not change it (RFC 9110, 9.2.1).
        _ if method == Method::HEAD => current(&visitor).await?,
        Asked::Enough => start_again(&visitor).await?,
        Asked::SomethingElse => current(&visitor).await?,
        Asked::Refresh => sweat(&visitor, &sandbox).await?,
    };
    Ok(sweat_page(wait, sandbox.max_wait, &sandbox.identity.names))
}
// ANCHOR_END: handler

/// What the address says behind its `?`.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// No `haveEnough` at all.
    Refresh,
    /// `haveEnough=1`.
    Enough,
    /// `haveEnough` with any other value.
    SomethingElse,
}

impl Asked {
    // ANCHOR: have-enough
    fn from_query(query: &str) -> Self {
        // The first one counts. Whatever a visitor types is never an error here.
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        match parameters.find(|(name, _)| name == "haveEnough") {
            None => Self::Refresh,
            Some((_, value)) if value == "1" => Self::Enough,
            Some(_) => Self::SomethingElse,
        }
    }
    // ANCHOR_END: have-enough
}

async fn current(visitor: &Visitor) -> Result<u64, HttpError> {
    Ok(visitor.get(WAIT).await?.unwrap_or(0))
}

// ANCHOR: reset
async fn start_again(visitor: &Visitor) -> Result<u64, HttpError> {
    if let Some(session) = visitor.lock().await? {
        session.insert(WAIT, 0).await?;
    }
    Ok(0)
}
// ANCHOR_END: reset

// ANCHOR: wait
async fn sweat(visitor: &Visitor, sandbox: &Sandbox) -> Result<u64, HttpError> {
    if let Some(seconds) = visitor.get(WAIT).await? {
        pause(Duration::from_secs(seconds), sandbox).await?;
    }
    // Only now the lock: held during the sleep, it would make a second tab wait for the first.
    let Some(session) = visitor.lock().await? else {
        // The session ended while we slept. Writing now would bring it back from the dead.
        return Ok(0);
    };
    // The value as it is now, not as it was before the sleep: other tabs have counted, too.
    let found: Option<u64> = session.get(WAIT).await?;
    let wait = found.map_or(0, |seconds| seconds.saturating_add(1));
    session.insert(WAIT, wait).await?;
    Ok(wait)
}
// ANCHOR_END: wait

async fn pause(wanted: Duration, sandbox: &Sandbox) -> Result<(), HttpError> {
    tokio::select! {
        () = tokio::time::sleep(wanted.min(sandbox.max_wait)) => Ok(()),
        () = sandbox.stopping.cancelled() => Err(HttpError::Unavailable(
            "This copy is being stopped, so your wait was cut short and not counted.".into(),
        )),
    }
}

// ANCHOR: page
fn sweat_page(wait: u64, max_wait: Duration, names: &Names) -> Markup {
    let delay = wait.min(max_wait.as_secs());
    let main = html! {
        h1 { "Got you sweating?" }
        div.card {
            p.wait { "The next refresh will wait " (wait) " seconds" }
            @if delay < wait {
                p.quiet { "The count goes on, but no refresh waits longer than " (delay) " seconds." }
            }
            ul.choices {
                // To the path, not to "": an empty address would keep `?haveEnough=1`, and the
                // page would never wait again.
                li { a.main data-refresh href="/" { "I can wait longer." } }
                li { a href="?haveEnough=1" { "I have enough!" } }
            }
            div.countdown data-wait=(delay) {
                // Always there and empty, so that a screen reader notices when it is filled.
                p.spoken role="status" {}
                div hidden {
                    p aria-hidden="true" { strong {} " seconds left" }
                    progress max=(delay.max(1)) value="0" aria-label="Time waited" {}
                }
            }
            p.quiet {
                "Each refresh waits a second longer than the one before. Your browser only sends "
                "the cookie " code { (names.cookie) } " along; the count is kept here, in a session."
            }
        }
    };
    page(names.port.number(), "Got you sweating?", &main)
}
// ANCHOR_END: page

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Port;

    #[test]
    fn only_the_text_1_in_the_first_have_enough_resets() {
        for query in [
            "haveEnough=1",
            "haveEnough=1&haveEnough=2",
            "x=2&haveEnough=%31",
        ] {
            assert_eq!(Asked::from_query(query), Asked::Enough, "{query}");
        }
        for query in [
            "haveEnough",
            "haveEnough=",
            "haveEnough=01",
            "haveEnough=1%20",
            "haveEnough=2&haveEnough=1",
            "haveEnough=%ff",
        ] {
            assert_eq!(Asked::from_query(query), Asked::SomethingElse, "{query}");
        }
        for query in [
            "",
            "&&=",
            "haveenough=1",
            "%%%",
            "haveEnough[]=1",
            "x=haveEnough",
        ] {
            assert_eq!(Asked::from_query(query), Asked::Refresh, "{query}");
        }
    }

    #[test]
    fn the_page_says_so_when_the_wait_is_capped() {
        let max = Duration::from_secs(300);
        let names = Names::of(Port::new(41220).unwrap());
        let capped = sweat_page(301, max, &names).into_string();
        assert!(capped.contains("The next refresh will wait 301 seconds"));
        assert!(capped.contains("no refresh waits longer than 300 seconds"));
        assert!(
            !sweat_page(300, max, &names)
                .into_string()
                .contains("no refresh waits longer")
        );
    }
}
