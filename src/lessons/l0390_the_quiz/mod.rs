//! Lesson 0390, "The quiz": sessions that are right to forget.
//!
//! The quiz itself, with all calls below `/0390/api`, is the room `quiz`. Here are the pages of its
//! two sides, a candidate's and the proctor's: shells that their scripts fill.

mod candidate;
mod proctor;

use crate::{
    quiz,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::Record,
};
use axum::{Router, extract::State, routing::get};
use maud::Markup;
use std::sync::Arc;

const PATH: &str = "/0390";
const ATTEMPT: &str = "/0390/api/attempt";
const SUBMIT: &str = "/0390/api/attempt/submit";
/// What the address of every answer begins with.
const ANSWERS: &str = "/0390/api/attempt/answers/";

pub(super) const LESSON: Lesson = Lesson {
    number: 390,
    file: "0390-the-quiz.md",
    endpoint: PATH,
    router,
    tasks: &[
        Task {
            id: "start",
            done: |records| records.iter().any(|record| started(record)),
        },
        Task {
            id: "resume",
            done: resumed,
        },
        Task {
            id: "smaller",
            done: caught_up,
        },
        Task {
            id: "elsewhere",
            done: |records| records.iter().any(|record| locked_out(record)),
        },
        Task {
            id: "submit",
            done: |records| records.iter().any(|record| submitted(record)),
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(PATH, get(show_candidate))
        .route("/0390/proctor", get(show_proctor))
        // The calls need no cookie: who asks is told by a header, which no browser adds by itself,
        // so no foreign page can answer in somebody's name.
        .merge(quiz::api::router())
}

async fn show_candidate(State(sandbox): State<Sandbox>) -> Markup {
    // The same page for everybody, whoever is logged in: the server cannot know yet. Only the
    // script holds the session's id, and asks with it.
    candidate::page(sandbox.identity.port())
}

async fn show_proctor(State(sandbox): State<Sandbox>) -> Markup {
    proctor::page(sandbox.identity.port())
}

fn started(record: &Record) -> bool {
    // 201 for a new attempt; 200 says that one runs already, and its clock is not set back.
    record.method == "POST" && record.path_only() == ATTEMPT && record.status == 201
}

fn submitted(record: &Record) -> bool {
    record.method == "POST" && record.path_only() == SUBMIT && record.status == 200
}

fn locked_out(record: &Record) -> bool {
    // Not 401: this session is a valid one, but the attempt belongs to another.
    record.path_only().starts_with(ATTEMPT) && record.status == 423
}

fn saving(record: &Record) -> bool {
    record.method == "PUT" && record.path_only().starts_with(ANSWERS)
}

/// The page was loaded anew while an attempt ran, and got it back. The page itself asks now and
/// then, so that it has asked shows nothing.
fn resumed(records: &[Arc<Record>]) -> bool {
    let (mut running, mut reloaded) = (false, false);
    for record in records {
        let call = (&*record.method, record.path_only(), record.status);
        match call {
            _ if started(record) => (running, reloaded) = (true, false),
            _ if submitted(record) => running = false,
            ("GET", PATH, 200) => reloaded = true,
            ("GET", ATTEMPT, 200) if running && reloaded => return true,
            _ => {}
        }
    }
    false
}

/// A smaller state was refused, and an answer after that accepted.
fn caught_up(records: &[Arc<Record>]) -> bool {
    // Two tabs share one session and do not see each other. The revision tells which of them is
    // behind; by the time of arrival alone, the slower one would undo what the other has saved.
    let mut saves = records.iter().filter(|record| saving(record));
    saves.any(|record| record.status == 409) && saves.any(|record| record.status == 200)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::Recording;
    use time::OffsetDateTime;

    /// Method, path and status.
    type Call = (&'static str, &'static str, u16);

    const START: Call = ("POST", ATTEMPT, 201);
    const LOOK: Call = ("GET", ATTEMPT, 200);

    fn records(calls: &[Call]) -> Vec<Arc<Record>> {
        let record = |&(method, path, status): &Call| {
            let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, method, path);
            Arc::from(recording.finished(status).unwrap())
        };
        calls.iter().map(record).collect()
    }

    fn done(task: &str, calls: &[Call]) -> bool {
        let mut tasks = LESSON.tasks.iter();
        let task = tasks.find(|known| known.id == task).unwrap();
        (task.done)(&records(calls))
    }

    #[test]
    fn an_attempt_that_runs_already_is_not_started() {
        assert!(done("start", &[START]));
        assert!(!done("start", &[("POST", ATTEMPT, 200), LOOK]));
    }

    #[test]
    fn only_a_page_that_is_loaded_anew_resumes() {
        let page = ("GET", "/0390?deaf=1", 200);
        assert!(done("resume", &[page, START, LOOK, page, LOOK]));
        assert!(!done("resume", &[page, LOOK, START, LOOK, LOOK]));
        assert!(!done("resume", &[START, ("POST", SUBMIT, 200), page, LOOK]));
    }

    #[test]
    fn a_smaller_state_is_refused_before_it_catches_up() {
        let path = "/0390/api/attempt/answers/q1";
        let (refused, saved) = (("PUT", path, 409), ("PUT", path, 200));
        assert!(done("smaller", &[saved, refused, saved]));
        assert!(!done("smaller", &[saved, refused]));
        assert!(!done("smaller", &[saved, saved]));
    }

    #[test]
    fn only_another_session_is_locked_out() {
        assert!(done("elsewhere", &[("GET", ATTEMPT, 423)]));
        assert!(!done("elsewhere", &[("GET", ATTEMPT, 401), LOOK]));
    }

    #[test]
    fn to_be_refused_is_not_to_submit() {
        assert!(done("submit", &[("POST", SUBMIT, 200)]));
        assert!(!done("submit", &[("POST", SUBMIT, 404)]));
    }
}
