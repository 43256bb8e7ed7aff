//! A lock that is held on a carrier.

use super::{Answer, Carrier, Save, Wish};
use crate::sessions::stores::{
    Row, SharedLock, StoreError, StoreResult, StoredSession, Version, lane::Lane,
};
use async_trait::async_trait;
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tower_sessions::session::Id;

/// A lock among others on a connection; given back when it is dropped, or before.
pub(in crate::sessions::stores::mysql) struct CarriedLock {
    lane: Arc<Lane<Carrier>>,
    /// The connection's.
    number: u64,
    name: String,
    /// What lay under it when it was granted, until somebody asks.
    loaded: Mutex<Option<Option<StoredSession>>>,
    given_back: AtomicBool,
}

impl CarriedLock {
    pub(super) fn new(
        lane: &Arc<Lane<Carrier>>,
        number: u64,
        name: &str,
        loaded: Option<StoredSession>,
    ) -> Self {
        Self {
            lane: lane.clone(),
            number,
            name: name.into(),
            loaded: Mutex::new(Some(loaded)),
            given_back: AtomicBool::new(false),
        }
    }

    /// Nobody waits for it: with whatever comes next it goes along.
    fn give_back(&self) {
        if !self.given_back.swap(true, Ordering::AcqRel) {
            self.lane.work.give_back(self.number, &self.name);
            self.lane.wake();
        }
    }
}

#[async_trait]
impl SharedLock for CarriedLock {
    fn loaded(&self) -> Option<Option<StoredSession>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.take()
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        if self.given_back.load(Ordering::Acquire) {
            return Err(lost());
        }
        let (id, session) = (*id, session.clone());
        let row = Row { id, session, over };
        let number = self.number;
        match self
            .lane
            .ask_in_turn(Wish::Save(Save { number, row }))
            .await?
        {
            Answer::Saved(saved) => Ok(saved),
            Answer::Taken(_) => Err(lost()),
        }
    }

    async fn release(&self) {
        self.give_back();
    }
}

impl Drop for CarriedLock {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// The connection is not there any more on which the lock was.
pub(super) fn lost() -> StoreError {
    StoreError::Unreachable("the lock is lost".into())
}

impl fmt::Debug for CarriedLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CarriedLock({})", self.name)
    }
}
