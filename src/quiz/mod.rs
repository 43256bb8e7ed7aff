//! The quiz: attempts in memory, on purpose, and their results in the database.
//!
//! What is decided is decided by the `Room`, which is pure; here it gets a clock, a lock and
//! somebody to write its results down. All of it is one small critical section without a timer
//! for each attempt: a save finds its session by its key, and nobody walks through the others.

pub mod api;
mod attempt;
mod bank;
mod finished;
mod journal;
mod limits;
mod login;
mod name;
mod pin;
mod proctor;
mod results;
mod room;
mod stream;
mod tasks;
#[cfg(test)]
mod tests;
mod throttle;
mod view;
mod waiting;
mod writer;

pub use bank::Bank;
pub use name::{Name, NameError};
pub use pin::{HashError, PinError, hash as hash_pin, parse as parse_pin};

use crate::{clock::Clock, config::Tenancy, database::Database, sandbox::Sandbox};
use finished::Finished;
use journal::Journal;
use pin::PinDesk;
use results::Results;
use room::{CandidateId, Live, Room};
use std::{
    collections::{HashMap, HashSet},
    fmt,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use view::{OverviewView, ResultView, ResultsView, told};
use writer::Writer;

/// How long the last results get at the end.
const LAST_RESULTS: Duration = Duration::from_secs(1);

/// The quiz of a copy. Cheap to clone.
#[derive(Clone)]
pub struct Quiz(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    clock: Clock,
    stopping: CancellationToken,
    tenancy: Tenancy,
    title: String,
    pins: PinDesk,
    writer: Writer,
    /// The next deadline is another one.
    deadline_moved: Notify,
    /// Changes when the proctor's table does.
    overview: watch::Sender<()>,
    /// Somebody is here, so the past will be asked for.
    past_wanted: AtomicBool,
    past_known: watch::Sender<bool>,
}

/// What the lock guards.
struct Inner {
    room: Room,
    /// For each candidate with open event streams, the attempt as they show it.
    streams: HashMap<CandidateId, watch::Sender<Live>>,
    finished: Vec<Finished>,
    overview: bool,
}

impl Quiz {
    /// The quiz of `bank` in the copy `sandbox`: results go into `database`, and while it is down
    /// into a file in `folder`. To be called within a runtime, in which its two tasks live.
    pub fn open(
        bank: Arc<Bank>,
        database: &Database,
        folder: &Path,
        sandbox: &Sandbox,
        tenancy: Tenancy,
    ) -> Self {
        let names = &sandbox.identity.names;
        let results = Results::new(database, &sandbox.identity, bank.title());
        let journal = folder.join(names.prefix.table("quiz_pending.json"));
        let quiz = Self(Arc::new(Shared {
            title: bank.title().to_owned(),
            inner: Mutex::new(Inner {
                room: Room::new(bank),
                streams: HashMap::new(),
                finished: Vec::new(),
                overview: false,
            }),
            clock: sandbox.clock.clone(),
            stopping: sandbox.stopping.clone(),
            tenancy,
            pins: PinDesk::new(),
            writer: Writer::new(results, Journal::new(journal)),
            deadline_moved: Notify::new(),
            overview: watch::Sender::new(()),
            past_wanted: AtomicBool::new(false),
            past_known: watch::Sender::new(false),
        }));
        // Attempts live in one process: with replicas, the one next door would know nothing.
        if tenancy == Tenancy::Alone {
            tokio::spawn(tasks::keep_time(quiz.clone()));
            tokio::spawn(tasks::keep_books(quiz.clone()));
        }
        quiz
    }

    /// Writes the last results, or keeps them in a file if the database is down.
    pub async fn close(&self) {
        let written = timeout(LAST_RESULTS, self.write_all()).await;
        if !matches!(written, Ok(Ok(()))) {
            self.0.writer.keep().await;
        }
    }

    /// Everybody who has logged in, by name.
    fn overview(&self) -> OverviewView {
        let mut overview = self.act(|inner, now| inner.room.overview(now));
        overview.attempts.sort_by(|a, b| a.name.cmp(&b.name));
        overview
    }

    /// All results: what is in the database, and what waits for it.
    async fn results(&self) -> ResultsView {
        // Before the database is asked: what is written in between is seen twice, not never.
        let mut pending = self.0.writer.pending();
        pending.retain(|row| row.quiz == self.0.title);
        let (stored, unreadable) = match self.0.writer.results.all().await {
            Ok(stored) => (stored, None),
            Err(error) => {
                tracing::warn!(%error, "the results cannot be read");
                let sentence = "The database does not answer, so only those that wait for it \
                                are listed. None is lost.";
                (Vec::new(), Some(sentence.to_owned()))
            }
        };
        let known: HashSet<&str> = stored.iter().map(|row| row.id.as_str()).collect();
        pending.retain(|row| !known.contains(row.id.as_str()));
        let stored = stored.iter().map(|row| view_of(row, false));
        let mut results: Vec<_> = stored.collect();
        results.extend(pending.iter().map(|row| view_of(row, true)));
        results.sort_by(|a, b| (&a.started_at, &a.name).cmp(&(&b.started_at, &b.name)));
        ResultsView {
            pending: pending.len(),
            results,
            unreadable,
        }
    }

    /// Writes what waits; then, if it is wanted, learns how many attempts there were before this
    /// process began. In this order, or a result that it left behind would not be counted.
    async fn write_all(&self) -> Result<(), results::Away> {
        let written = |rows: &[Finished]| self.act(|inner, _| inner.room.note_stored(rows));
        self.0.writer.flush(written).await?;
        if self.0.past_wanted.load(Ordering::Acquire) && !self.knows_past() {
            let past = self.0.writer.results.past().await?;
            self.act(|inner, _| inner.room.learn_past(past));
            self.0.past_known.send_replace(true);
        }
        Ok(())
    }

    /// Does something in the room, and tells everybody whom it concerns. The lock is held for
    /// microseconds and never across an `await`, so no operation finds another one half done.
    fn act<T>(&self, work: impl FnOnce(&mut Inner, OffsetDateTime) -> T) -> T {
        let shared = &self.0;
        let mut guard = shared.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *guard;
        // Read under the lock: time must not run backwards from one operation to the next.
        let now = shared.clock.now();
        let before = inner.room.next_deadline();
        let outcome = work(inner, now);
        let after = inner.room.next_deadline();
        inner.tell();
        shared.writer.add(std::mem::take(&mut inner.finished));
        let overview = std::mem::take(&mut inner.overview);
        drop(guard);
        if after.is_some() && after != before {
            shared.deadline_moved.notify_one();
        }
        if overview {
            shared.overview.send_replace(());
        }
        outcome
    }
}

impl Inner {
    /// Passes the room's news on to the event streams, and keeps the rest.
    fn tell(&mut self) {
        let news = self.room.take_news();
        for candidate in &news.taken_over {
            self.streams.remove(candidate);
        }
        for candidate in &news.changed {
            // Most candidates are followed by one stream, and those of a load test by none.
            let Some(stream) = self.streams.get(candidate) else {
                continue;
            };
            let Some(live) = self.room.live(*candidate) else {
                continue;
            };
            let over = live.evaluation.is_some();
            stream.send_replace(live);
            if over {
                // What was sent is still read; a next attempt gets a stream of its own.
                self.streams.remove(candidate);
            }
        }
        self.finished.extend(news.finished);
        self.overview |= news.overview;
    }
}

fn view_of(row: &Finished, pending: bool) -> ResultView {
    ResultView {
        name: row.name.clone(),
        score: row.score,
        of: row.of,
        started_at: told(finished::from_millis(row.started_ms)),
        ended_at: told(finished::from_millis(row.ended_ms)),
        by: row.by,
        pending,
    }
}

impl fmt::Debug for Quiz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quiz")
            .field("title", &self.0.title)
            .finish_non_exhaustive()
    }
}
