//! Lesson 0350, "Sandbox and production": two apps on one host, and what they must not share.
//!
//! Both apps run within this copy. A browser does not keep cookies apart by port, so two paths
//! of one copy get each other's cookies just as two ports would. From the switches
//! (`switches.rs`) follows how each app is set up (`app.rs`), and from that what a visit comes to
//! (`visit.rs`); the rest is pages (`switchboard.rs`, `story.rs`).

mod app;
mod story;
mod switchboard;
mod switches;
mod tables;
mod visit;

use crate::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    sessions::Origin,
    walkthrough::Task,
    xray::{Record, Recording},
};
use app::Stage;
use axum::{
    Extension, Router,
    extract::State,
    http::{Method, header::SET_COOKIE, request::Parts},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use std::sync::Arc;
use switches::{App, Position, Switches};
use tables::Tables;
use visit::Outcome;

const PATH: &str = "/0350";

/// Under these names the X-ray shows what came of a visit, and which copies were met.
const OUTCOME: &str = "outcome";
const NEIGHBOURS: &str = "cookies of other ports";

const OWN_NAME: Switches = Switches::new(Position::Derived, Position::Shared, Position::Shared);

pub(super) const LESSON: Lesson = Lesson {
    number: 350,
    file: "0350-sandbox-and-production.md",
    endpoint: PATH,
    router,
    tasks: &[
        Task {
            id: "all-shared",
            done: |records| came_to(records, Switches::SHARED, Outcome::Crossed),
        },
        Task {
            id: "own-secret",
            done: |records| {
                let own_secret = |table| Switches::new(Position::Shared, Position::Derived, table);
                let mut either = Position::BOTH.map(own_secret).into_iter();
                either.any(|switches| came_to(records, switches, Outcome::Overwrote))
            },
        },
        Task {
            id: "own-name",
            done: |records| both_go_on(records, OWN_NAME),
        },
        Task {
            id: "all-derived",
            done: |records| both_go_on(records, Switches::DERIVED),
        },
        Task {
            id: "second-copy",
            done: met_a_neighbour,
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(PATH, get(show_switchboard))
        .route(App::Sandbox.path(), get(visit_app))
        .route(App::Production.path(), get(visit_app))
        .route("/0350/carry", post(carry_over))
        .route("/0350/empty", post(empty_table))
        .route("/0350/afresh", post(begin_afresh))
        .layer(Extension(Tables::default()))
}

async fn show_switchboard(
    State(sandbox): State<Sandbox>,
    recording: Recording,
    request: Parts,
) -> Markup {
    let neighbours = app::neighbours(&request.headers, sandbox.identity.port());
    if !neighbours.is_empty() {
        let names: Vec<_> = neighbours.iter().map(String::as_str).collect();
        recording.note(NEIGHBOURS, &names.join(", "));
    }
    let stage = Stage::of(&sandbox.identity, request.uri.query());
    switchboard::switchboard(&stage, &request.headers, &neighbours)
}

async fn visit_app(
    State(sandbox): State<Sandbox>,
    Extension(tables): Extension<Tables>,
    recording: Recording,
    request: Parts,
) -> Result<Response, HttpError> {
    let stage = Stage::of(&sandbox.identity, request.uri.query());
    let app = App::of_path(request.uri.path()).ok_or(HttpError::NotFound)?;
    // A visit changes something. HEAD must not, and neither may another port's image.
    if request.method == Method::HEAD || origin(&request) != Origin::Own {
        return Ok(story::not_counted(&stage).into_response());
    }
    let (own, other) = (stage.app(app), stage.app(app.other()));
    let visit = visit::visit(own, other, &request.headers, &tables);
    recording.note(OUTCOME, visit.outcome().remark());
    let cookie = AppendHeaders([(SET_COOKIE, visit.set_cookie())]);
    Ok((cookie, story::visited(&stage, &visit)).into_response())
}

async fn carry_over(
    State(sandbox): State<Sandbox>,
    recording: Recording,
    request: Parts,
) -> Response {
    let stage = Stage::of(&sandbox.identity, request.uri.query());
    let [from, to] = App::BOTH.map(|app| stage.app(app));
    let carried = visit::carry(&from, &to, &request.headers);
    if carried.is_some() {
        recording.note("carried", "the sandbox's cookie, to production");
    }
    let page = story::carried(&stage, carried.is_some());
    let cookie = AppendHeaders(carried.map(|cookie| (SET_COOKIE, cookie)));
    (cookie, page).into_response()
}

async fn empty_table(
    State(sandbox): State<Sandbox>,
    Extension(tables): Extension<Tables>,
    recording: Recording,
    request: Parts,
) -> Markup {
    let stage = Stage::of(&sandbox.identity, request.uri.query());
    let [own, other] = App::BOTH.map(|app| stage.app(app));
    let ended = visit::empty(&own, &other, &request.headers, &tables);
    if ended[1] > 0 {
        recording.note(OUTCOME, "mix-up: the sandbox removed production's session");
    }
    story::emptied(&stage, &own, ended)
}

/// Takes away all cookies of this lesson, however the switches stood when they were set.
async fn begin_afresh(State(sandbox): State<Sandbox>, request: Parts) -> Response {
    let stage = Stage::of(&sandbox.identity, request.uri.query());
    let removals = stage.every_name().map(|app| (SET_COOKIE, app.removal()));
    let back = stage.link(PATH);
    (AppendHeaders(removals), Redirect::to(&back)).into_response()
}

fn origin(request: &Parts) -> Origin {
    Origin::of(&request.method, &request.uri, &request.headers)
}

/// The visits under one setting of the switches: to which app, and what came of each.
fn visits(records: &[Arc<Record>], switches: Switches) -> Vec<(App, &str)> {
    let under = records.iter().filter(|record| {
        let query = record.path.split_once('?').map_or("", |(_, query)| query);
        Switches::from_query(query) == switches
    });
    let visits =
        under.filter_map(|record| Some((App::of_path(record.path_only())?, record.note(OUTCOME)?)));
    visits.collect()
}

fn came_to(records: &[Arc<Record>], switches: Switches, outcome: Outcome) -> bool {
    let mut visits = visits(records, switches).into_iter();
    visits.any(|(_, what)| what == outcome.remark())
}

/// Whether each app went on with its own session right after a visit to the other one.
fn both_go_on(records: &[Arc<Record>], switches: Switches) -> bool {
    let visits = visits(records, switches);
    let goes_on = |app: App| {
        visits.windows(2).any(|pair| {
            let [(before, _), (visited, what)] = pair else {
                return false;
            };
            *before != app && *visited == app && *what == Outcome::WentOn.remark()
        })
    };
    App::BOTH.into_iter().all(goes_on)
}

fn met_a_neighbour(records: &[Arc<Record>]) -> bool {
    let mut here = records.iter().filter(|record| record.path_only() == PATH);
    here.any(|record| record.note(NEIGHBOURS).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn visit(app: App, switches: Switches, outcome: Outcome) -> Arc<Record> {
        let path = format!("{}?{}", app.path(), switches.query());
        let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, "GET", &path);
        recording.note(OUTCOME, outcome.remark());
        Arc::from(recording.finished(200).unwrap())
    }

    #[test]
    fn going_on_counts_only_after_a_visit_to_the_other_app() {
        let visits = |apps: &[App], outcome| -> Vec<_> {
            let visit = |app: &App| visit(*app, OWN_NAME, outcome);
            apps.iter().map(visit).collect()
        };
        let in_turns = [App::Sandbox, App::Production, App::Sandbox];
        assert!(both_go_on(&visits(&in_turns, Outcome::WentOn), OWN_NAME));
        assert!(!both_go_on(&visits(&in_turns, Outcome::Crossed), OWN_NAME));
        assert!(!both_go_on(
            &visits(&in_turns, Outcome::WentOn),
            Switches::DERIVED
        ));
        let one_alone = [App::Sandbox, App::Sandbox, App::Production];
        assert!(!both_go_on(&visits(&one_alone, Outcome::WentOn), OWN_NAME));
    }
}
