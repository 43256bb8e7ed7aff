//! What was read from the store, or written to it, a moment ago: remembered for the next request.
//!
//! A page that is reloaded in a burst asks for the same session again and again, and for each
//! request twice if it changes it. The first answer serves them all for 100 ms. This holds only
//! as long as nobody else writes: as long as this process has claimed the sessions for itself.
//! Whoever changes the table by hand is heard 100 ms later. A person, who cannot reload so fast,
//! always sees the real statement in the X-ray.

#[cfg(test)]
mod properties;
mod shard;
#[cfg(test)]
mod tests;

use super::{
    About, Listed, Pace, SharedLocks, Store, StoreResult, StoredSession, Tenancy, Version, Words,
};
use crate::{config::CookieForm, xray::Label};
use async_trait::async_trait;
use shard::{Remembered, Shard, Ticket};
use std::{
    array, fmt,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use time::OffsetDateTime;
use tokio::time::Instant;
use tower_sessions::session::Id;

/// All that is remembered, at most: bytes, and sessions.
const ROOM: usize = 16 * 1024 * 1024;
const PLACES: usize = 10_000;
/// Requests of different sessions rarely meet in one of so many parts.
const SHARDS: usize = 16;

/// Who answered, for the X-ray: not the store.
pub(super) const NAME: &str = "recent";
/// And how.
pub(super) static STATEMENT: LazyLock<Label> =
    LazyLock::new(|| Label::new("in this process: read or written less than 100 ms ago"));

/// A decorator around a store that is far away.
pub struct Recent {
    inner: Arc<dyn Store>,
    /// Whether the claim says that nobody else writes.
    alone: AtomicBool,
    shards: [Mutex<Shard>; SHARDS],
}

impl Recent {
    /// Remembers nothing until the sessions are claimed for this process alone.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self::bounded(inner, ROOM, PLACES)
    }

    fn bounded(inner: Arc<dyn Store>, room: usize, places: usize) -> Self {
        let shard = |_| Mutex::new(Shard::bounded(room / SHARDS, places / SHARDS));
        Self {
            inner,
            alone: AtomicBool::new(false),
            shards: array::from_fn(shard),
        }
    }

    fn is_alone(&self) -> bool {
        self.alone.load(Ordering::Acquire)
    }

    /// Nobody else writes from now on, or somebody may.
    fn set_alone(&self, alone: bool) {
        self.alone.store(alone, Ordering::Release);
        let now = Instant::now();
        for shard in &self.shards {
            let mut shard = locked(shard);
            match alone {
                // Asked every two seconds, so that what nobody asks for does not stay for ever.
                true => shard.tidy(now),
                false => shard.forget_all(),
            }
        }
    }

    fn shard(&self, id: &Id) -> MutexGuard<'_, Shard> {
        // Ids are random, and made by ourselves.
        locked(&self.shards[id.0 as usize % SHARDS])
    }

    fn reading(&self, id: &Id) -> Question<'_> {
        let ticket = self.shard(id).begin_read(*id, Instant::now());
        self.asking(ticket)
    }

    fn writing(&self, id: &Id) -> (Question<'_>, Option<Remembered>) {
        let (ticket, before) = self.shard(id).begin_write(*id, Instant::now());
        (self.asking(ticket), before)
    }

    fn asking(&self, ticket: Ticket) -> Question<'_> {
        Question {
            recent: self,
            ticket,
            learnt: None,
        }
    }

    #[cfg(test)]
    fn size(&self) -> (usize, usize) {
        let sizes = self.shards.iter().map(|shard| locked(shard).size());
        sizes.fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1))
    }
}

fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A question to the store. Given up, or answered by an error, nothing is known afterwards: a
/// write may have come through, or may still.
struct Question<'a> {
    recent: &'a Recent,
    ticket: Ticket,
    learnt: Option<Remembered>,
}

impl Question<'_> {
    /// The store has, or had since the question began, this.
    fn learn(&mut self, session: &StoredSession) {
        self.learnt = Some(Remembered {
            session: StoredSession {
                expiry: in_micros(session.expiry),
                ..session.clone()
            },
            since: self.ticket.began,
        });
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let id = self.ticket.id;
        let mut shard = self.recent.shard(&id);
        let holds = shard.end(&self.ticket);
        // Asked under the lock: whoever ends being alone forgets everything afterwards.
        if let Some(learnt) = self.learnt.take()
            && holds
            && self.recent.is_alone()
        {
            shard.remember(id, learnt, Instant::now());
        }
    }
}

/// As a store would tell it.
fn in_micros(moment: OffsetDateTime) -> OffsetDateTime {
    let whole = moment.replace_nanosecond(moment.microsecond() * 1000);
    whole.unwrap_or(moment)
}

#[async_trait]
impl Store for Recent {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn words(&self) -> &Words {
        self.inner.words()
    }

    fn in_cookie(&self) -> Option<CookieForm> {
        self.inner.in_cookie()
    }

    async fn inspect(&self) -> StoreResult<bool> {
        self.inner.inspect().await
    }

    async fn about(&self) -> StoreResult<About> {
        self.inner.about().await
    }

    async fn prepare(&self) -> StoreResult<()> {
        self.inner.prepare().await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let (mut question, _) = self.writing(id);
        let created = self.inner.create(id, session).await;
        if let Ok(true) = created {
            question.learn(session);
        }
        created
    }

    fn recall(&self, id: &Id) -> Option<StoredSession> {
        if !self.is_alone() {
            return None;
        }
        self.shard(id).recall(id, Instant::now())
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        if let Some(session) = self.recall(id) {
            return Ok(Some(session));
        }
        let mut question = self.reading(id);
        let loaded = self.inner.load(id).await;
        if let Ok(Some(session)) = &loaded {
            question.learn(session);
        }
        loaded
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        // Not remembered any more, whatever comes: if there is another version than we knew, the
        // store is asked for it.
        let (mut question, _) = self.writing(id);
        let saved = self.inner.save(id, session, over).await;
        if let Ok(true) = saved {
            question.learn(session);
        }
        saved
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let (mut question, before) = self.writing(id);
        let touched = self.inner.touch(id, expiry).await;
        if let (Ok(true), Some(mut remembered)) = (&touched, before) {
            // The data are as old as they were.
            remembered.session.expiry = in_micros(expiry);
            question.learnt = Some(remembered);
        }
        touched
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let _question = self.writing(id);
        self.inner.delete(id).await
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        // Whoever asks for a session compares its expiry with the clock.
        self.inner.purge(now, limit).await
    }

    fn pace(&self) -> Pace {
        self.inner.pace()
    }

    async fn count(&self) -> StoreResult<u64> {
        self.inner.count().await
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        self.inner.list(prefix, limit).await
    }

    async fn claim(&self, tenancy: Tenancy) -> StoreResult<bool> {
        let claimed = self.inner.claim(tenancy).await;
        self.set_alone(tenancy == Tenancy::Alone && matches!(claimed, Ok(true)));
        claimed
    }

    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        self.inner.shared_locks()
    }

    async fn ping(&self) -> StoreResult<()> {
        self.inner.ping().await
    }

    async fn close(&self) {
        self.set_alone(false);
        self.inner.close().await;
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not derived: what is remembered is nobody's to see.
        f.debug_tuple("Recent").field(&self.inner).finish()
    }
}
