//! Sessions that are saved at the same time, or begun: written together (group commit). Where the
//! store gains by it, those that are read at the same time are read together as well.
//!
//! A database spends more on a statement and its commit than on the row in it. So whoever comes
//! while another save is being written waits, and then goes along with all the others that have
//! come, in one statement. Each is answered when its own session is safe. Whoever is alone waits
//! for nobody: for a save without company nothing changes.

#[cfg(test)]
mod tests;
mod work;

use super::{
    About, Batches, Listed, Pace, Row, SharedLocks, Store, StoreResult, StoredSession, Tenancy,
    Version, Words, lane::Lane,
};
use crate::config::CookieForm;
use async_trait::async_trait;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;
use work::{Kind, Loads, Writes};

/// A decorator around a store that can write several sessions at once.
#[derive(Debug)]
pub struct Grouped {
    inner: Arc<dyn Store>,
    creates: Arc<Lane<Writes>>,
    saves: Arc<Lane<Writes>>,
    /// `None` where each load goes straight to the store.
    loads: Option<Arc<Lane<Loads>>>,
    /// Batches, which go on whoever leaves.
    at_work: TaskTracker,
}

impl Grouped {
    /// Around `inner`; without its [`Batches`] it would gain nothing.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        let at_work = TaskTracker::new();
        let writes = |kind| {
            let store = inner.clone();
            Arc::new(Lane::new(Writes { kind, store }, at_work.clone()))
        };
        let loads = || {
            let store = inner.clone();
            Arc::new(Lane::new(Loads { store }, at_work.clone()))
        };
        Self {
            creates: writes(Kind::Creates),
            saves: writes(Kind::Saves),
            loads: inner.batches().is_some_and(Batches::loads).then(loads),
            inner,
            at_work,
        }
    }
}

#[async_trait]
impl Store for Grouped {
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
        self.creates.ask(row(id, session, session.version)).await
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        match &self.loads {
            Some(loads) => loads.ask(*id).await,
            None => self.inner.load(id).await,
        }
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        self.saves.ask(row(id, session, over)).await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        self.inner.touch(id, expiry).await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
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
        self.at_work.close();
        self.at_work.wait().await;
        self.inner.close().await;
    }
}

fn row(id: &Id, session: &StoredSession, over: Version) -> Row {
    Row {
        id: *id,
        session: session.clone(),
        over,
    }
}
