//! Lesson 0340, "Got you sweating?": every refresh waits a second longer than the last one.

use crate::{
    error::HttpError,
    identity::Names,
    page::page,
    sandbox::{Lesson, Sandbox},
    sessions::Visitor,
    walkthrough::Task,
    xray::{Record, Recording, What},
};
use axum::{
    Router,
    extract::{RawQuery, State},
    http::Method,
    routing::get,
};
use maud::{Markup, html};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use time::OffsetDateTime;

pub(super) const LESSON: Lesson = Lesson {
    number: 340,
    file: "0340-got-you-sweating.md",
    endpoint: "/0340",
    router,
    tasks: &[
        Task {
            id: "first-visit",
            done: |records| steps(records).iter().any(Step::begins),
        },
        Task {
            id: "three-seconds",
            done: |records| steps(records).iter().any(Step::waited_three_seconds),
        },
        Task {
            id: "enough",
            done: |records| steps(records).iter().any(Step::resets),
        },
        Task {
            id: "onwards",
            done: |records| goes_on_after_a_reset(&steps(records)),
        },
        Task {
            id: "two-tabs",
            done: |records| two_overlap_and_both_count(&steps(records)),
        },
    ],
};

/// The one value that this lesson keeps in the session: the seconds of the next wait.
const WAIT: &str = "wait";

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
    recording: Recording,
    method: Method,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    let asked = Asked::from_query(query.as_deref().unwrap_or_default());
    let wait = match asked {
        // A HEAD request asks what a page is like; it must not change it (RFC 9110, 9.2.1).
        _ if method == Method::HEAD => current(&visitor).await?,
        Asked::Enough => start_again(&visitor).await?,
        Asked::SomethingElse => current(&visitor).await?,
        Asked::Refresh => sweat(&visitor, &sandbox, &recording).await?,
    };
    Ok(sweat_page(wait, sandbox.max_wait, &sandbox.identity.names))
}
// ANCHOR_END: handler

/// What the address says behind its `?`.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// No `haveEnough` at all.
    Refresh,
    /// `haveEnough=1`.
    Enough,
    /// `haveEnough` with any other value.
    SomethingElse,
}

impl Asked {
    /// Reads the query string of an address.
    // ANCHOR: have-enough
    pub fn from_query(query: &str) -> Self {
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

// ANCHOR: count
async fn sweat(
    visitor: &Visitor,
    sandbox: &Sandbox,
    recording: &Recording,
) -> Result<u64, HttpError> {
    let seconds = visitor.get(WAIT).await?.unwrap_or(0);
    let wanted = Duration::from_secs(seconds).min(sandbox.max_wait);
    // A timer takes a millisecond even for nothing.
    if !wanted.is_zero() {
        pause(wanted, visitor, sandbox, recording).await?;
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
// ANCHOR_END: count

// ANCHOR: wait
async fn pause(
    wanted: Duration,
    visitor: &Visitor,
    sandbox: &Sandbox,
    recording: &Recording,
) -> Result<(), HttpError> {
    // Given back when it is dropped, so a visitor who leaves makes room for the next request.
    let _place = sandbox.sessions.begin_wait(visitor.session_id())?;
    let start = Instant::now();
    let outcome = tokio::select! {
        () = tokio::time::sleep(wanted) => Ok(()),
        () = sandbox.stopping.cancelled() => Err(HttpError::Unavailable(
            "This copy is being stopped, so your wait was cut short and not counted.".into(),
        )),
    };
    recording.took(start, What::Sleep);
    outcome
}
// ANCHOR_END: wait

fn sweat_page(wait: u64, max_wait: Duration, names: &Names) -> Markup {
    let delay = wait.min(max_wait.as_secs());
    let main = html! {
        h1 { "Got you sweating?" }
        div.card {
            p.wait { "The next refresh will wait " (wait) " seconds" }
            @if delay < wait {
                p.quiet { "The count goes on, but no refresh waits longer than " (delay) " seconds." }
            }
            // ANCHOR: links
            ul.choices {
                // To the path, not to "": an empty address would keep `?haveEnough=1`, and the
                // page would never wait again.
                li { a.main data-refresh href="/" { "I can wait longer." } }
                li { a href="?haveEnough=1" { "I have enough!" } }
            }
            // ANCHOR_END: links
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

/// One answered request for this page, as the tasks look at it.
struct Step {
    asked: Asked,
    /// Whether it went where "I can wait longer." leads: to `/` and no query.
    by_link: bool,
    began: OffsetDateTime,
    ended: OffsetDateTime,
    slept: Duration,
    before: Option<u64>,
    after: Option<u64>,
}

fn steps(records: &[Arc<Record>]) -> Vec<Step> {
    let ours = records.iter().filter(|record| {
        let here = matches!(record.path_only(), "/" | "/0340");
        here && record.method == "GET" && record.status == 200
    });
    ours.map(|record| Step::of(record)).collect()
}

impl Step {
    fn of(record: &Record) -> Self {
        let query = record.path.split_once('?').map_or("", |(_, query)| query);
        let (before, after) = record.data();
        Self {
            asked: Asked::from_query(query),
            by_link: record.path == "/",
            began: record.began,
            ended: record.began + record.took,
            slept: record.slept(),
            before: before[WAIT].as_u64(),
            after: after[WAIT].as_u64(),
        }
    }

    fn begins(&self) -> bool {
        self.asked == Asked::Refresh && self.before.is_none() && self.after == Some(0)
    }

    fn waited_three_seconds(&self) -> bool {
        self.slept >= Duration::from_secs(3)
    }

    fn resets(&self) -> bool {
        self.asked == Asked::Enough && self.before > Some(0) && self.after == Some(0)
    }

    fn counts(&self) -> bool {
        let one_more = self.before.map(|wait| wait.saturating_add(1));
        self.asked == Asked::Refresh && one_more.is_some() && self.after == one_more
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.began < other.ended && other.began < self.ended
    }
}

fn goes_on_after_a_reset(steps: &[Step]) -> bool {
    steps.windows(2).any(|pair| {
        let [reset, next] = pair else { return false };
        reset.asked == Asked::Enough && next.by_link && next.counts()
    })
}

fn two_overlap_and_both_count(steps: &[Step]) -> bool {
    let counting = || steps.iter().filter(|step| step.counts());
    let both = |one: &Step, other: &Step| one.overlaps(other) && one.after != other.after;
    counting().any(|one| counting().any(|other| both(one, other)))
}

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

    /// A request from second `began` to second `ended` that turned `wait` from one into another.
    fn step(path: &str, times: (i64, i64), before: Option<u64>, after: u64) -> Step {
        let at = |second| OffsetDateTime::from_unix_timestamp(second).unwrap();
        Step {
            asked: Asked::from_query(path.trim_start_matches("/?")),
            by_link: path == "/",
            began: at(times.0),
            ended: at(times.1),
            slept: Duration::ZERO,
            before,
            after: Some(after),
        }
    }

    #[test]
    fn a_link_that_sticks_to_its_query_does_not_go_on_after_a_reset() {
        let reset = || step("/?haveEnough=1", (10, 10), Some(3), 0);
        let stuck = [reset(), step("/?haveEnough=1", (11, 11), Some(0), 0)];
        assert!(!goes_on_after_a_reset(&stuck));
        let on = [reset(), step("/", (11, 11), Some(0), 1)];
        assert!(goes_on_after_a_reset(&on));
    }

    #[test]
    fn two_refreshes_that_follow_each_other_do_not_overlap() {
        let first = || step("/", (10, 13), Some(3), 4);
        let [after, during] = [(13, 17), (11, 14)].map(|times| step("/", times, Some(4), 5));
        assert!(!two_overlap_and_both_count(&[first(), after]));
        assert!(two_overlap_and_both_count(&[first(), during]));
        // The lost update: both wrote the same number.
        let lost = step("/", (11, 14), Some(3), 4);
        assert!(!two_overlap_and_both_count(&[first(), lost]));
    }
}
