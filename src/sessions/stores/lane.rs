//! A lane: work of one kind, one batch after the other.
//!
//! Whoever finds it empty goes at once. Whoever finds it busy stands in the queue. The end of each
//! batch, however it comes, sends off the next one.

use super::{StoreError, StoreResult};
use async_trait::async_trait;
use std::{
    collections::{HashSet, VecDeque},
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, task::yield_now, time::Instant};
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;

/// The largest batch: wishes, and bytes of their data.
pub(super) const ROWS: usize = 64;
const BYTES: usize = 1024 * 1024;
/// How long a request waits until its batch begins. Longer than one batch may take: where the
/// store is down, the next batch hears at once what is wrong.
pub(super) const TURN: Duration = Duration::from_secs(2);

/// What is done in a lane.
#[async_trait]
pub(super) trait Work: fmt::Debug + Send + Sync + Sized + 'static {
    /// What a request brings.
    type Wish: Send + Sync;
    /// What it gets.
    type Answer: Send;
    /// Whether batches are of 1, 2, 4 … 64: a statement for every number would be too many to
    /// keep prepared.
    const PREPARED: bool;
    /// How often those who are just coming are let in before a batch begins.
    const PAUSES: usize = 0;

    /// The session that is to be no second time in the same batch.
    fn once(wish: &Self::Wish) -> Option<Id>;

    /// How much it brings.
    fn bytes(wish: &Self::Wish) -> usize;

    /// Tells those whose batch does not begin in time.
    fn too_late() -> StoreError;

    /// Whether there is something to do besides what is wished.
    fn has_more(&self) -> bool {
        false
    }

    /// Does one alone.
    async fn alone(&self, wish: &Self::Wish) -> StoreResult<Self::Answer>;

    /// Does several, with an answer for each; `None` when each has to be done alone.
    async fn together(&self, wishes: &[Self::Wish]) -> Option<Vec<StoreResult<Self::Answer>>>;
}

/// Work on one store.
pub(super) struct Lane<W: Work> {
    pub(super) work: W,
    queue: Mutex<Queue<W>>,
    at_work: TaskTracker,
}

struct Queue<W: Work> {
    /// Whether somebody has the turn.
    busy: bool,
    waiting: VecDeque<Waiting<W>>,
}

/// A request that waits until its wish is done.
struct Waiting<W: Work> {
    wish: W::Wish,
    since: Instant,
    answer: oneshot::Sender<StoreResult<W::Answer>>,
}

type Answered<T> = oneshot::Receiver<StoreResult<T>>;

/// What whoever comes is given.
enum Place<W: Work> {
    First(Turn<W>, W::Wish),
    InTheQueue(Answered<W::Answer>),
}

/// The right to work, for one at a time.
struct Turn<W: Work> {
    lane: Arc<Lane<W>>,
    /// Whether it came to that.
    begun: bool,
}

impl<W: Work> Lane<W> {
    pub(super) fn new(work: W, at_work: TaskTracker) -> Self {
        let queue = Queue {
            busy: false,
            waiting: VecDeque::new(),
        };
        Self {
            work,
            queue: Mutex::new(queue),
            at_work,
        }
    }

    /// Does what is wished, alone or in company; the answer is its own.
    pub(super) async fn ask(self: &Arc<Self>, wish: W::Wish) -> StoreResult<W::Answer> {
        match self.join(wish) {
            Place::First(_turn, wish) => self.work.alone(&wish).await,
            Place::InTheQueue(answer) => hear(answer).await,
        }
    }

    fn join(self: &Arc<Self>, wish: W::Wish) -> Place<W> {
        let mut queue = self.queue();
        if !queue.busy {
            queue.busy = true;
            let (lane, begun) = (self.clone(), true);
            return Place::First(Turn { lane, begun }, wish);
        }
        Place::InTheQueue(queue.stand_in(wish))
    }

    /// Does what is wished in a task of its own, for what may not break off half-way.
    pub(super) async fn ask_in_turn(self: &Arc<Self>, wish: W::Wish) -> StoreResult<W::Answer> {
        let answer = self.queue().stand_in(wish);
        self.wake();
        hear(answer).await
    }

    /// Has the work looked at, whether somebody waits or not.
    pub(super) fn wake(self: &Arc<Self>) {
        if !mem::replace(&mut self.queue().busy, true) {
            self.send_off();
        }
    }

    fn send_off(self: &Arc<Self>) {
        let (lane, begun) = (self.clone(), false);
        self.at_work.spawn(Turn { lane, begun }.work());
    }

    async fn work_through(&self, batch: Vec<Waiting<W>>) {
        let parts = |waiting: Waiting<W>| (waiting.wish, waiting.answer);
        let (wishes, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(parts).unzip();
        let known = match wishes.len() {
            1 => None,
            _ => self.work.together(&wishes).await,
        };
        let mut known = known.map(Vec::into_iter);
        for (wish, answer) in wishes.iter().zip(answers) {
            let own = match known.as_mut().and_then(Iterator::next) {
                Some(own) => own,
                None => self.work.alone(wish).await,
            };
            // An error says that the visitor has left.
            let _ = answer.send(own);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<W>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn hear<T>(answer: Answered<T>) -> StoreResult<T> {
    let ended = || StoreError::Failed("the task that was at work ended".into());
    answer.await.unwrap_or_else(|_| Err(ended()))
}

impl<W: Work> Queue<W> {
    fn stand_in(&mut self, wish: W::Wish) -> Answered<W::Answer> {
        let (answer, answered) = oneshot::channel();
        self.waiting.push_back(Waiting {
            wish,
            since: Instant::now(),
            answer,
        });
        answered
    }

    /// Whether nobody waits, now that those are sent away who waited for too long.
    fn is_empty(&mut self) -> bool {
        self.refuse_who_waited_too_long();
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        self.waiting.is_empty()
    }

    fn next_batch(&mut self) -> Vec<Waiting<W>> {
        if self.is_empty() {
            return Vec::new();
        }
        let fitting = self.fitting();
        let power = |power| 1_usize << power;
        let size = match W::PREPARED {
            true => fitting.checked_ilog2().map_or(0, power),
            false => fitting,
        };
        self.waiting.drain(..size).collect()
    }

    /// How many from the front may go together.
    fn fitting(&self) -> usize {
        let (mut sessions, mut bytes) = (HashSet::new(), 0);
        let fits = |&(place, waiting): &(usize, &Waiting<W>)| {
            bytes += W::bytes(&waiting.wish);
            W::once(&waiting.wish).is_none_or(|id| sessions.insert(id))
                && (bytes <= BYTES || place == 0)
        };
        let first = self.waiting.iter().take(ROWS).enumerate();
        first.take_while(fits).count()
    }

    fn refuse_who_waited_too_long(&mut self) {
        let late = |waiting: &Waiting<W>| waiting.since.elapsed() > TURN;
        while self.waiting.front().is_some_and(late)
            && let Some(waiting) = self.waiting.pop_front()
        {
            let _ = waiting.answer.send(Err(W::too_late()));
        }
    }
}

impl<W: Work> Turn<W> {
    async fn work(mut self) {
        self.begun = true;
        for _ in 0..W::PAUSES {
            yield_now().await;
        }
        let batch = self.lane.queue().next_batch();
        if !batch.is_empty() || self.lane.work.has_more() {
            self.lane.work_through(batch).await;
        }
    }
}

impl<W: Work> Drop for Turn<W> {
    /// At the end of a batch, after a panic, and when whoever was at work has left.
    fn drop(&mut self) {
        let mut queue = self.lane.queue();
        if !self.begun {
            // Nothing begins any more: the program ends.
            queue.waiting.clear();
        }
        queue.busy = self.begun && (!queue.is_empty() || self.lane.work.has_more());
        let busy = queue.busy;
        drop(queue);
        if busy {
            self.lane.send_off();
        }
    }
}

impl<W: Work> fmt::Debug for Lane<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not derived: sessions wait in it.
        let waiting = self.queue().waiting.len();
        write!(f, "Lane({:?}, {waiting} waiting)", self.work)
    }
}
