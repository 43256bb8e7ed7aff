//! A lock that is held on a carrier.

use crate::sessions::stores::{Row, SharedLock, StoreError, StoreResult, StoredSession, Version};
use async_trait::async_trait;
use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tower_sessions::session::Id;

/// What carries the lock.
#[async_trait]
pub(super) trait Carrying: Send + Sync {
    /// Saves over the connection of this number, where the lock of this name is.
    async fn save(&self, number: u64, name: &str, row: Row) -> StoreResult<bool>;

    /// Gives the lock back, without a wait.
    fn give_back(&self, number: u64, name: &str);
}

/// A lock among others on a connection; given back when it is dropped, or before.
pub(in super::super) struct CarriedLock {
    carrying: Arc<dyn Carrying>,
    /// The connection's.
    number: u64,
    name: String,
    /// What lay under it when it was granted, until somebody asks.
    loaded: Mutex<Option<Option<StoredSession>>>,
    given_back: AtomicBool,
}

impl CarriedLock {
    pub(super) fn new(
        carrying: &Arc<dyn Carrying>,
        number: u64,
        name: &str,
        loaded: Option<StoredSession>,
    ) -> Self {
        Self {
            carrying: carrying.clone(),
            number,
            name: name.into(),
            loaded: Mutex::new(Some(loaded)),
            given_back: AtomicBool::new(false),
        }
    }

    /// Nobody waits for it: with whatever comes next it goes along.
    fn give_back(&self) {
        if !self.given_back.swap(true, Ordering::AcqRel) {
            self.carrying.give_back(self.number, &self.name);
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
        self.carrying.save(self.number, &self.name, row).await
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
