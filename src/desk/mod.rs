//! The desk: a class in the instructor's own browser, live.
//!
//! A row a student: whether both copies are up, what they claim, what the checks say, and the
//! score and the comment that were given by hand. The desk asks and judges from outside, as
//! `grade` does, and serves one page, which a token opens. How it is served is the server's
//! affair: `cli/desk.rs` brings both together.

mod api;
mod asking;
mod board;
mod checking;
mod cookies;
mod exports;
mod live;
mod page;
mod reading;
mod row;
mod scores;
mod token;

pub use scores::ScoresFile;
pub use token::Token;

use crate::{
    app,
    clock::Clock,
    config::Refusal,
    grading::{
        Claims,
        class::{Limits, Profile},
    },
    roster::Roster,
};
use axum::Router;
use board::Board;
use row::Row;
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;

/// So many runs of the checks at once, of one student or of all; others wait for their turn.
const RUNS: usize = 4;

/// What a desk is for.
#[derive(Debug)]
pub struct Setup {
    /// The class.
    pub roster: Roster,
    /// What counts.
    pub profile: Profile,
    /// How much is done at once in a run of the checks.
    pub limits: Limits,
    /// Where scores and comments go.
    pub scores: ScoresFile,
    /// What opens the desk.
    pub token: Token,
}

/// A desk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    setup: Setup,
    board: Board,
    claims: Claims,
    runs: Semaphore,
    /// Held from the file to the board, so that nothing older comes to the board after
    /// something newer.
    scores_turn: Mutex<()>,
    clock: Clock,
    stopping: CancellationToken,
}

impl Desk {
    /// Opens a desk on what was given by hand so far.
    ///
    /// # Errors
    /// A file of scores that cannot be read or written.
    pub fn open(setup: Setup, clock: Clock, stopping: CancellationToken) -> Result<Self, Refusal> {
        let mut scores = setup.scores.open()?;
        let claims = Claims::new().map_err(|error| {
            let problem = format!("no client for HTTPS can be made: {error}");
            Refusal::new(problem, "ask the administrator of this host")
        })?;
        let students = setup.roster.students.iter();
        let rows = students.map(|student| {
            let entry = scores.remove(&student.student).unwrap_or_default();
            Row::of(student, setup.profile.points, entry)
        });
        Ok(Self(Arc::new(Inner {
            board: Board::of(rows.collect()),
            setup,
            claims,
            runs: Semaphore::new(RUNS),
            scores_turn: Mutex::new(()),
            clock,
            stopping,
        })))
    }

    /// The page and what it asks for.
    pub fn router(&self) -> Router {
        app::plain(api::router(self.clone()))
    }

    /// Keeps the rows up to date until the desk stops; to be spawned.
    pub async fn keep_up(self) {
        let both = async { tokio::join!(asking::keep_asking(&self), reading::keep_reading(&self)) };
        tokio::select! {
            _ = both => {}
            () = self.0.stopping.cancelled() => {}
        }
    }

    /// The place of a student in the roster, and so among the rows.
    fn place_of(&self, login: &str) -> Option<usize> {
        let mut students = self.0.setup.roster.students.iter();
        students.position(|student| student.student == login)
    }

    /// The present moment, as RFC 3339 writes it, to the second.
    fn now(&self) -> String {
        let now = self.0.clock.now();
        let whole = now.replace_nanosecond(0).unwrap_or(now);
        // A year beyond 9999 has no such form.
        whole.format(&Rfc3339).unwrap_or_default()
    }
}
