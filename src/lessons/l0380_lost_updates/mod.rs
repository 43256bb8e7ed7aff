//! Lesson 0380, "Lost updates": fifty requests at once at a naive and at a locked counter.
//!
//! All of it happens to records of the lesson's own (`notes.rs`), never to the copy's sessions:
//! those have a lock, and would lose nothing. The ways to change a record are in `ways.rs`, the
//! fifty requests in `volley.rs`, the logout in `logout.rs`, and the counters for real requests
//! in `counters.rs`; the rest is the page (`board.rs`) and its drawing (`chart.rs`).

mod board;
mod chart;
mod counters;
mod logout;
mod notes;
mod volley;
mod ways;

use crate::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    sessions::Visitor,
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Extension, Form, Router,
    extract::{State, rejection::FormRejection},
    http::Uri,
    routing::{get, post},
};
use counters::{Counter, Counters};
use logout::Care;
use maud::Markup;
use serde::Deserialize;
use std::sync::Arc;
use volley::{Keys, SHOTS};
use ways::Way;

/// Under these names the X-ray shows what came of it; the tasks go by them, too.
const VOLLEY: &str = "fifty at once";
const LOGOUT: &str = "slow request and logout";

const BACK: &str = "the record is back";
const ENDED: &str = "the record stayed ended";

pub(super) const LESSON: Lesson = Lesson {
    number: 380,
    file: "0380-lost-updates.md",
    endpoint: "/0380",
    router,
    tasks: &[
        Task {
            id: "overwritten",
            done: |records| any_kept(records, Way::Naive, Keys::One, |kept| kept < SHOTS),
        },
        Task {
            id: "own-keys",
            done: |records| any_kept(records, Way::Naive, Keys::Own, |kept| kept < SHOTS),
        },
        Task {
            id: "changes-only",
            done: |records| {
                let changes =
                    |keys, fits: fn(usize) -> bool| any_kept(records, Way::ChangesOnly, keys, fits);
                changes(Keys::Own, |kept| kept == SHOTS) && changes(Keys::One, |kept| kept < SHOTS)
            },
        },
        Task {
            id: "locked",
            done: |records| any_kept(records, Way::Locked, Keys::One, |kept| kept == SHOTS),
        },
        Task {
            id: "logout",
            done: |records| {
                let came = |care, end| came_to(records, LOGOUT, &ending_remark(care, end));
                came(Care::Naive, BACK) && came(Care::Careful, ENDED)
            },
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0380", get(show))
        .route("/0380/fire", post(fire))
        .route("/0380/logout", post(log_out))
        .route("/0380/naive", get(tell).post(count))
        .route("/0380/locked", get(tell).post(count))
        // Made here and not a `static`: two copies in one process have counters of their own.
        .layer(Extension(Counters::default()))
}

async fn show(State(sandbox): State<Sandbox>) -> Markup {
    board::empty(sandbox.identity.port().number())
}

/// What is to be fired.
#[derive(Deserialize)]
struct Order {
    way: Way,
    keys: Keys,
}

async fn fire(
    State(sandbox): State<Sandbox>,
    recording: Recording,
    order: Result<Form<Order>, FormRejection>,
) -> Result<Markup, HttpError> {
    let Order { way, keys } = chosen(order)?;
    let volley = volley::fire(way, keys).await;
    recording.note(VOLLEY, &volley_remark(way, keys, volley.kept()));
    Ok(board::fired(sandbox.identity.port().number(), &volley))
}

/// How the slow request is to go about it.
#[derive(Deserialize)]
struct Race {
    care: Care,
}

async fn log_out(
    State(sandbox): State<Sandbox>,
    recording: Recording,
    race: Result<Form<Race>, FormRejection>,
) -> Result<Markup, HttpError> {
    let Race { care } = chosen(race)?;
    let ending = logout::race(care).await;
    let end = if ending.back { BACK } else { ENDED };
    recording.note(LOGOUT, &ending_remark(care, end));
    Ok(board::raced(sandbox.identity.port().number(), &ending))
}

fn chosen<T>(form: Result<Form<T>, FormRejection>) -> Result<T, HttpError> {
    let form = form.map_err(|_| {
        HttpError::Invalid("This form has one choice in each of its groups. Choose again.".into())
    })?;
    Ok(form.0)
}

async fn count(
    Extension(counters): Extension<Counters>,
    visitor: Visitor,
    uri: Uri,
) -> Result<String, HttpError> {
    let (way, counter) = counter(&counters, &visitor, &uri)?;
    let stands_at = counter.count(way).await;
    Ok(format!("{}: {stands_at}\n", way.name()))
}

async fn tell(
    Extension(counters): Extension<Counters>,
    visitor: Visitor,
    uri: Uri,
) -> Result<String, HttpError> {
    Ok(counter(&counters, &visitor, &uri)?.1.told())
}

/// The visitor's counter that stands at this address.
fn counter(counters: &Counters, visitor: &Visitor, uri: &Uri) -> Result<(Way, Counter), HttpError> {
    // A counter belongs to a session, so that two visitors do not count on one another's.
    let id = visitor.session_id().ok_or_else(|| {
        HttpError::Unknown("These counters belong to a session: visit /0330 first.".into())
    })?;
    let way = match uri.path() {
        "/0380/locked" => Way::Locked,
        _ => Way::Naive,
    };
    Ok((way, counters.of(id, way)))
}

fn volley_remark(way: Way, keys: Keys, kept: usize) -> String {
    let keys = match keys {
        Keys::One => "one key",
        Keys::Own => "own keys",
    };
    format!("{}, {keys}: {kept} of {SHOTS} kept", way.name())
}

fn ending_remark(care: Care, end: &str) -> String {
    format!("{}: {end}", care.name())
}

/// Whether a volley of this kind has kept as many as `fits` wants.
fn any_kept(records: &[Arc<Record>], way: Way, keys: Keys, fits: fn(usize) -> bool) -> bool {
    let mut wanted = (0..=SHOTS).filter(|kept| fits(*kept));
    wanted.any(|kept| came_to(records, VOLLEY, &volley_remark(way, keys, kept)))
}

fn came_to(records: &[Arc<Record>], name: &str, remark: &str) -> bool {
    let ours = |record: &&Arc<Record>| record.path_only().starts_with("/0380/");
    let mut remarks = records
        .iter()
        .filter(ours)
        .filter_map(|record| record.note(name));
    remarks.any(|other| other == remark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn fired(way: Way, keys: Keys, kept: usize) -> Arc<Record> {
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, "POST", "/0380/fire");
        recording.note(VOLLEY, &volley_remark(way, keys, kept));
        Arc::from(recording.finished(200).unwrap())
    }

    fn done(records: &[Arc<Record>]) -> Vec<&'static str> {
        let tasks = LESSON.tasks.iter().filter(|task| (task.done)(records));
        tasks.map(|task| task.id).collect()
    }

    #[test]
    fn a_task_is_done_by_what_came_of_a_volley() {
        assert_eq!(done(&[fired(Way::Naive, Keys::One, 4)]), ["overwritten"]);
        assert_eq!(done(&[fired(Way::Naive, Keys::Own, 4)]), ["own-keys"]);
        assert_eq!(done(&[fired(Way::Locked, Keys::One, 50)]), ["locked"]);
        let own = fired(Way::ChangesOnly, Keys::Own, 50);
        assert!(done(std::slice::from_ref(&own)).is_empty());
        let both = [own, fired(Way::ChangesOnly, Keys::One, 4)];
        assert_eq!(done(&both), ["changes-only"]);
    }
}
