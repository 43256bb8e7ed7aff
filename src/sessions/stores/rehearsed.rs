//! A store to rehearse with: in memory, counted, held up and broken at will.

use super::{
    About, Batches, Listed, MemoryStore, Pace, Row, Store, StoreError, StoreResult, StoredSession,
    Tenancy, Version, Words,
};
use async_trait::async_trait;
use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{sync::watch, task::yield_now, time::sleep};
use tower_sessions::session::Id;

#[derive(Debug)]
pub(in crate::sessions) struct Rehearsed {
    inner: MemoryStore,
    /// What was asked, in this order; of batches also how large they were.
    calls: Mutex<Vec<String>>,
    /// Done as ever, but answered only when this is over.
    held: watch::Sender<HashSet<&'static str>>,
    /// What cannot be written, or read with others.
    broken: Mutex<HashSet<Id>>,
    /// Whether another process has claimed the sessions.
    pub(in crate::sessions) claimed_elsewhere: AtomicBool,
    /// How fast it wants to be purged, and how long each step takes.
    pub(in crate::sessions) pace: Pace,
    pub(in crate::sessions) purge_takes: Duration,
}

impl Rehearsed {
    pub(in crate::sessions) fn new() -> Self {
        Self {
            inner: MemoryStore::new(),
            calls: Mutex::default(),
            held: watch::Sender::default(),
            broken: Mutex::default(),
            claimed_elsewhere: AtomicBool::new(false),
            pace: Pace::STEADY,
            purge_takes: Duration::ZERO,
        }
    }

    /// Holds the answers to these calls back.
    pub(in crate::sessions) fn hold(&self, call: &'static str) {
        self.held.send_modify(|held| {
            held.insert(call);
        });
    }

    /// Lets all answers out.
    pub(in crate::sessions) fn let_out(&self) {
        self.held.send_modify(HashSet::clear);
    }

    /// Has no session of this id written, or read with others.
    pub(in crate::sessions) fn break_off(&self, id: Id) {
        self.broken.lock().unwrap().insert(id);
    }

    /// What was asked so far.
    pub(in crate::sessions) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// Waits until it is asked this.
    pub(in crate::sessions) async fn hears(&self, call: &str) {
        while !self.calls().iter().any(|heard| heard == call) {
            yield_now().await;
        }
    }

    fn came(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }

    async fn leaves(&self, call: &'static str) {
        // Others get their chance, as with a store that is far away.
        yield_now().await;
        let mut held = self.held.subscribe();
        assert!(held.wait_for(|held| !held.contains(call)).await.is_ok());
    }

    fn writable(&self, id: &Id) -> StoreResult<()> {
        match self.broken.lock().unwrap().contains(id) {
            true => Err(StoreError::Failed("it cannot be written".into())),
            false => Ok(()),
        }
    }

    fn all_writable(&self, rows: &[Row]) -> StoreResult<()> {
        rows.iter().try_for_each(|row| self.writable(&row.id))
    }
}

#[async_trait]
impl Batches for Rehearsed {
    async fn create_all(&self, rows: &[Row]) -> StoreResult<bool> {
        self.came(format!("create {}", rows.len()));
        self.all_writable(rows)?;
        for Row { id, .. } in rows {
            if self.inner.load(id).await?.is_some() {
                return Ok(false);
            }
        }
        for Row { id, session, .. } in rows {
            self.inner.create(id, session).await?;
        }
        self.leaves("create").await;
        Ok(true)
    }

    async fn save_all(&self, rows: &[Row]) -> StoreResult<bool> {
        self.came(format!("save {}", rows.len()));
        self.all_writable(rows)?;
        let mut all = true;
        for Row { id, session, over } in rows {
            all &= self.inner.save(id, session, *over).await?;
        }
        self.leaves("save").await;
        Ok(all)
    }

    fn loads(&self) -> bool {
        true
    }

    async fn load_all(&self, ids: &[Id]) -> StoreResult<Vec<Option<StoredSession>>> {
        self.came(format!("load {}", ids.len()));
        ids.iter().try_for_each(|id| self.writable(id))?;
        let mut loaded = Vec::new();
        for id in ids {
            loaded.push(self.inner.load(id).await?);
        }
        self.leaves("load").await;
        Ok(loaded)
    }
}

#[async_trait]
impl Store for Rehearsed {
    fn name(&self) -> &'static str {
        "rehearsed"
    }

    fn words(&self) -> &Words {
        self.inner.words()
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
        self.came("create");
        self.writable(id)?;
        let created = self.inner.create(id, session).await;
        self.leaves("create").await;
        created
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        self.came("load");
        let loaded = self.inner.load(id).await;
        self.leaves("load").await;
        loaded
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        self.came("save");
        self.writable(id)?;
        let saved = self.inner.save(id, session, over).await;
        self.leaves("save").await;
        saved
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        self.came("touch");
        self.inner.touch(id, expiry).await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.came("delete");
        self.inner.delete(id).await
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        self.came(format!("purge {limit}"));
        sleep(self.purge_takes).await;
        self.inner.purge(now, limit).await
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    async fn count(&self) -> StoreResult<u64> {
        self.inner.count().await
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        self.inner.list(prefix, limit).await
    }

    async fn claim(&self, _: Tenancy) -> StoreResult<bool> {
        Ok(!self.claimed_elsewhere.load(Ordering::SeqCst))
    }

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    async fn ping(&self) -> StoreResult<()> {
        self.inner.ping().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
