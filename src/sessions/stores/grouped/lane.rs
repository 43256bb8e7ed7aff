//! A lane: writes of one kind, one batch after the other.
//!
//! Whoever finds it empty writes at once, in the own request. Whoever finds it busy stands in the
//! queue. The end of each write, however it comes, sends off the next batch.

use super::{Row, Store, StoreResult, StoredSession, Version};
use crate::sessions::stores::StoreError;
use std::{
    collections::{HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, time::Instant};
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;

/// The largest batch: sessions, and bytes of their data.
pub(super) const ROWS: usize = 64;
const BYTES: usize = 1024 * 1024;
/// How long a request waits until its batch begins. Longer than one batch may take: where the
/// store is down, the next batch hears at once what is wrong.
pub(super) const TURN: Duration = Duration::from_secs(2);

/// What a lane's writes do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// They begin sessions.
    Creates,
    /// They overwrite sessions.
    Saves,
}

/// Writes of one kind to one store.
pub(super) struct Lane {
    kind: Kind,
    store: Arc<dyn Store>,
    queue: Mutex<Queue>,
    at_work: TaskTracker,
}

#[derive(Default)]
struct Queue {
    /// Whether somebody has the turn.
    busy: bool,
    waiting: VecDeque<Waiting>,
}

/// A request that waits until its session is written.
struct Waiting {
    row: Row,
    since: Instant,
    answer: oneshot::Sender<StoreResult<bool>>,
}

/// What whoever comes is given.
enum Place {
    First(Turn),
    InTheQueue(oneshot::Receiver<StoreResult<bool>>),
}

/// The right to write, for one at a time.
struct Turn(Arc<Lane>);

impl Lane {
    pub(super) fn new(kind: Kind, store: Arc<dyn Store>, at_work: TaskTracker) -> Self {
        Self {
            kind,
            store,
            queue: Mutex::default(),
            at_work,
        }
    }

    /// Writes a session, alone or in company; the answer is its own.
    pub(super) async fn write(
        self: &Arc<Self>,
        id: &Id,
        session: &StoredSession,
        over: Version,
    ) -> StoreResult<bool> {
        match self.join(id, session, over) {
            Place::First(_turn) => self.write_one(id, session, over).await,
            Place::InTheQueue(answer) => {
                let ended = || StoreError::Failed("the task that wrote the session ended".into());
                answer.await.unwrap_or_else(|_| Err(ended()))
            }
        }
    }

    fn join(self: &Arc<Self>, id: &Id, session: &StoredSession, over: Version) -> Place {
        let mut queue = self.queue();
        if !queue.busy {
            queue.busy = true;
            return Place::First(Turn(self.clone()));
        }
        let (answer, answered) = oneshot::channel();
        queue.waiting.push_back(Waiting {
            row: Row {
                id: *id,
                session: session.clone(),
                over,
            },
            since: Instant::now(),
            answer,
        });
        Place::InTheQueue(answered)
    }

    async fn write_one(
        &self,
        id: &Id,
        session: &StoredSession,
        over: Version,
    ) -> StoreResult<bool> {
        match self.kind {
            Kind::Creates => self.store.create(id, session).await,
            Kind::Saves => self.store.save(id, session, over).await,
        }
    }

    async fn write_all(&self, rows: &[Row]) -> StoreResult<bool> {
        match (self.store.batches(), self.kind) {
            (Some(batches), Kind::Creates) => batches.create_all(rows).await,
            (Some(batches), Kind::Saves) => batches.save_all(rows).await,
            (None, _) => Ok(false),
        }
    }

    async fn write_batch(&self, batch: Vec<Waiting>) {
        let row = |waiting: Waiting| (waiting.row, waiting.answer);
        let (rows, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(row).unzip();
        let outcome = match rows.len() {
            1 => Ok(false),
            _ => self.write_all(&rows).await,
        };
        for (Row { id, session, over }, answer) in rows.iter().zip(answers) {
            let own = match &outcome {
                // One of them is gone or overtaken, or cannot be written: the others are none the
                // worse, and those that are written already are so once more.
                Ok(false) | Err(StoreError::Failed(_)) => self.write_one(id, session, *over).await,
                known => known.clone(),
            };
            // An error says that the visitor has left.
            let _ = answer.send(own);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Takes the next batch out; without one nobody has the turn any more.
    fn next_batch(&mut self) -> Vec<Waiting> {
        self.refuse_who_waited_too_long();
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        let fitting = self.fitting();
        self.busy = fitting > 0;
        // 1, 2, 4 … 64: a statement for every number would be too many to keep prepared.
        let rows = fitting.checked_ilog2().map_or(0, |power| 1_usize << power);
        self.waiting.drain(..rows).collect()
    }

    /// How many from the front may go together.
    fn fitting(&self) -> usize {
        let (mut ids, mut bytes) = (HashSet::new(), 0);
        let fits = |waiting: &&Waiting| {
            bytes += waiting.row.session.data.len();
            // No session twice: of two saves the later one is to be written later.
            ids.insert(waiting.row.id) && (bytes <= BYTES || ids.len() == 1)
        };
        self.waiting.iter().take(ROWS).take_while(fits).count()
    }

    fn refuse_who_waited_too_long(&mut self) {
        let late = |waiting: &Waiting| waiting.since.elapsed() > TURN;
        while self.waiting.front().is_some_and(late)
            && let Some(waiting) = self.waiting.pop_front()
        {
            let why = StoreError::Unwritable("too many changes were waiting before".into());
            let _ = waiting.answer.send(Err(why));
        }
    }
}

impl Turn {
    async fn write(self, batch: Vec<Waiting>) {
        self.0.write_batch(batch).await;
    }
}

impl Drop for Turn {
    /// At the end of a write, after a panic, and when whoever wrote has left.
    fn drop(&mut self) {
        let lane = &self.0;
        let batch = lane.queue().next_batch();
        if !batch.is_empty() {
            lane.at_work.spawn(Self(lane.clone()).write(batch));
        }
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not derived: sessions wait in it.
        write!(
            f,
            "Lane({:?}, {} waiting)",
            self.kind,
            self.queue().waiting.len()
        )
    }
}
