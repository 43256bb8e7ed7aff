//! A store that is listened to: what a request asks it goes into the request's recording.

use super::{
    About, CookieForm, Listed, Pace, SharedLock, SharedLocks, Store, StoreResult, StoredSession,
    Tenancy, Version, Words, recent,
};
use crate::xray::{Operation, Outcome, Recording, StoreCall, What};
use async_trait::async_trait;
use std::{sync::Arc, time::Instant};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// A decorator around any store, for one request.
#[derive(Debug)]
pub(in crate::sessions) struct Recorded {
    inner: Arc<dyn Store>,
    recording: Recording,
}

impl Recorded {
    pub(in crate::sessions) fn new(inner: Arc<dyn Store>, recording: Recording) -> Self {
        Self { inner, recording }
    }

    /// Where it is written down.
    pub(in crate::sessions) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Saves through a lock between processes.
    pub(in crate::sessions) async fn save_locked(
        &self,
        lock: &dyn SharedLock,
        id: &Id,
        session: &StoredSession,
        over: Version,
    ) -> StoreResult<bool> {
        let start = Instant::now();
        let saved = lock.save(id, session, over).await;
        self.heard(start, Operation::Save, session.data.len(), there(&saved));
        saved
    }

    /// What the store has read as it granted a lock: the time that it took is the lock's.
    pub(in crate::sessions) fn read_along(&self, session: Option<&StoredSession>) {
        let (bytes, outcome) = match session {
            Some(session) => (session.data.len(), Outcome::Done),
            None => (0, Outcome::NotThere),
        };
        self.heard(Instant::now(), Operation::Load, bytes, outcome);
    }

    fn heard(&self, start: Instant, operation: Operation, bytes: usize, outcome: Outcome) {
        if !self.recording.is_on() {
            return;
        }
        let call = StoreCall {
            store: self.inner.name(),
            operation,
            statement: self.inner.words().of(operation),
            bytes: counted(bytes),
            outcome,
        };
        self.recording.took(start, What::Store(call));
    }

    /// The store was not asked.
    fn recalled(&self, start: Instant, bytes: usize) {
        if !self.recording.is_on() {
            return;
        }
        let call = StoreCall {
            store: recent::NAME,
            operation: Operation::Load,
            statement: *recent::STATEMENT,
            bytes: counted(bytes),
            outcome: Outcome::Done,
        };
        self.recording.took(start, What::Store(call));
    }
}

fn counted(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn there(answer: &StoreResult<bool>) -> Outcome {
    match answer {
        Ok(true) => Outcome::Done,
        Ok(false) => Outcome::NotThere,
        Err(_) => Outcome::Failed,
    }
}

#[async_trait]
impl Store for Recorded {
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
        let start = Instant::now();
        let created = self.inner.create(id, session).await;
        let bytes = session.data.len();
        self.heard(start, Operation::Create, bytes, there(&created));
        created
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let start = Instant::now();
        if let Some(session) = self.inner.recall(id) {
            self.recalled(start, session.data.len());
            return Ok(Some(session));
        }
        let loaded = self.inner.load(id).await;
        let (bytes, outcome) = match &loaded {
            Ok(Some(session)) => (session.data.len(), Outcome::Done),
            Ok(None) => (0, Outcome::NotThere),
            Err(_) => (0, Outcome::Failed),
        };
        self.heard(start, Operation::Load, bytes, outcome);
        loaded
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let start = Instant::now();
        let saved = self.inner.save(id, session, over).await;
        self.heard(start, Operation::Save, session.data.len(), there(&saved));
        saved
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let start = Instant::now();
        let touched = self.inner.touch(id, expiry).await;
        self.heard(start, Operation::Touch, 0, there(&touched));
        touched
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let start = Instant::now();
        let deleted = self.inner.delete(id).await;
        let outcome = match &deleted {
            Ok(()) => Outcome::Done,
            Err(_) => Outcome::Failed,
        };
        self.heard(start, Operation::Delete, 0, outcome);
        deleted
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

    async fn ping(&self) -> StoreResult<()> {
        self.inner.ping().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
