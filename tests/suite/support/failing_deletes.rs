//! A store whose deletes fail as long as the test wants.

use async_trait::async_trait;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use sweatbox::{
    config::{CookieForm, Tenancy},
    sessions::stores::{
        About, Batches, Listed, Pace, SharedLocks, Store, StoreError, StoreResult, StoredSession,
        Version, Words,
    },
};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// A decorator around any store.
#[derive(Debug)]
pub struct FailingDeletes {
    inner: Arc<dyn Store>,
    failing: Arc<AtomicBool>,
}

impl FailingDeletes {
    /// Around `inner`; deletes fail while `failing` is true.
    pub fn new(inner: Arc<dyn Store>, failing: Arc<AtomicBool>) -> Self {
        Self { inner, failing }
    }
}

#[async_trait]
impl Store for FailingDeletes {
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
        self.inner.create(id, session).await
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        self.inner.load(id).await
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        self.inner.save(id, session, over).await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        self.inner.touch(id, expiry).await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::Failed("on purpose".into()));
        }
        self.inner.delete(id).await
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
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
        self.inner.claim(tenancy).await
    }

    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        self.inner.shared_locks()
    }

    fn batches(&self) -> Option<&dyn Batches> {
        self.inner.batches()
    }

    async fn ping(&self) -> StoreResult<()> {
        self.inner.ping().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
