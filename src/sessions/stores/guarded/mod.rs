//! A store that may be down, made bearable: every operation answers within 1.5 s.
//!
//! Three habits of a real database make a plain store hang or fail for too long after an
//! outage: it does not answer, its pool hands out connections that died, and every waiting
//! request finds that out for itself, one after another.

mod batches;
mod breaker;
mod locks;

use super::{
    About, Batches, Listed, Pace, SharedLocks, Store, StoreError, StoreResult, StoredSession,
    Tenancy, Version, Words,
};
use crate::config::CookieForm;
use async_trait::async_trait;
use breaker::Breaker;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tower_sessions::session::Id;

/// How long one operation may take, retries included.
const OPERATION_LIMIT: Duration = Duration::from_millis(1500);
/// How long a purge may take, for which nobody waits.
const PURGE_LIMIT: Duration = Duration::from_secs(30);
/// Between two tries, so that a server that resets connections at once is not hammered.
const PAUSE: Duration = Duration::from_millis(10);

/// A decorator around any store: time limit, retry, circuit breaker, late preparation, fair share.
#[derive(Debug)]
pub struct Guarded {
    inner: Arc<dyn Store>,
    /// Whether the tables were found or made; a server that was down at our start is prepared
    /// by the first operation that reaches it, one whose tables were dropped by the next one.
    prepared: AtomicBool,
    /// Tripped when it does not answer.
    broken: Breaker,
    /// Tripped when it takes no changes; whoever only reads goes on.
    unwritable: Breaker,
    /// How many operations may be at work at a time.
    places: Semaphore,
}

impl Guarded {
    /// Guards `inner`.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self::sharing(inner, Semaphore::MAX_PERMITS)
    }

    /// Guards `inner`, whose connections other copies use as well: with no more operations at a
    /// time than it has `places`, a copy in trouble leaves them the rest.
    pub fn sharing(inner: Arc<dyn Store>, places: usize) -> Self {
        Self {
            inner,
            places: Semaphore::new(places),
            prepared: AtomicBool::new(false),
            broken: Breaker::default(),
            unwritable: Breaker::default(),
        }
    }

    async fn run<T, F>(&self, operation: impl Fn() -> F) -> StoreResult<T>
    where
        F: Future<Output = StoreResult<T>>,
    {
        self.broken.check()?;
        let mut last = None;
        let attempts = async {
            let _place = self.places.acquire().await;
            loop {
                let attempt = async {
                    if !self.prepared.load(Ordering::Acquire) {
                        self.inner.prepare().await?;
                        self.prepared.store(true, Ordering::Release);
                    }
                    operation().await
                };
                match attempt.await {
                    // A pool that lived through a restart of its server hands out one dead
                    // connection after another, so one retry would not do.
                    Err(error @ StoreError::Disconnected(_)) => last = Some(error),
                    Err(error @ StoreError::Unprepared(_)) => {
                        self.prepared.store(false, Ordering::Release);
                        last = Some(error);
                    }
                    other => return other,
                }
                sleep(PAUSE).await;
            }
        };
        let outcome = timeout(OPERATION_LIMIT, attempts).await;
        let outcome = outcome.unwrap_or_else(|_| Err(unanswered(last)));
        self.note(outcome.as_ref().err());
        outcome
    }

    /// The same for what changes something.
    async fn change<T, F>(&self, operation: impl Fn() -> F) -> StoreResult<T>
    where
        F: Future<Output = StoreResult<T>>,
    {
        self.unwritable.check()?;
        let outcome = self.run(operation).await;
        let refused = |error: &&StoreError| matches!(error, StoreError::Unwritable(_));
        self.unwritable.note(outcome.as_ref().err().filter(refused));
        outcome
    }

    fn note(&self, error: Option<&StoreError>) {
        let down = |error: &&StoreError| matches!(error, StoreError::Unreachable(_));
        self.broken.note(error.filter(down));
    }
}

fn unanswered(last: Option<StoreError>) -> StoreError {
    let why = last.map_or("no answer".into(), |error| error.to_string());
    StoreError::Unreachable(format!("{why} (in the time given)"))
}

#[async_trait]
impl Store for Guarded {
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
        // Not through `run`, which would first make what is only to be looked at.
        let limit = timeout(OPERATION_LIMIT, self.inner.inspect()).await;
        limit.unwrap_or_else(|_| Err(unanswered(None)))
    }

    async fn about(&self) -> StoreResult<About> {
        let limit = timeout(OPERATION_LIMIT, self.inner.about()).await;
        limit.unwrap_or_else(|_| Err(unanswered(None)))
    }

    async fn prepare(&self) -> StoreResult<()> {
        self.run(|| async { Ok(()) }).await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        self.change(|| self.inner.create(id, session)).await
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        self.run(|| self.inner.load(id)).await
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        self.change(|| self.inner.save(id, session, over)).await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        self.change(|| self.inner.touch(id, expiry)).await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.change(|| self.inner.delete(id)).await
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        // What was never made has nothing to purge, and is not made for that.
        if !self.prepared.load(Ordering::Acquire) && !self.inspect().await? {
            return Ok(0);
        }
        // It may take its time, and when it fails, visitors are none the worse for it.
        let purged = timeout(PURGE_LIMIT, self.inner.purge(now, limit)).await;
        purged.unwrap_or_else(|_| Err(unanswered(None)))
    }

    fn pace(&self) -> Pace {
        self.inner.pace()
    }

    async fn count(&self) -> StoreResult<u64> {
        self.run(|| self.inner.count()).await
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        self.run(|| self.inner.list(prefix, limit)).await
    }

    async fn claim(&self, tenancy: Tenancy) -> StoreResult<bool> {
        // Not through `run`: a renewal that fails is tried again soon enough, and no visitor
        // is to be told "down" because of it.
        let claimed = timeout(OPERATION_LIMIT, self.inner.claim(tenancy)).await;
        claimed.unwrap_or_else(|_| Err(unanswered(None)))
    }

    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        self.inner.shared_locks().map(|_| self as _)
    }

    fn batches(&self) -> Option<&dyn Batches> {
        self.inner.batches().map(|_| self as _)
    }

    async fn ping(&self) -> StoreResult<()> {
        self.run(|| self.inner.ping()).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
