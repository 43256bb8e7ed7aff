//! One lock for each session, so that overlapping requests change it one after another.
//!
//! Without it two requests load the same record, each changes its own copy, and the later save
//! wipes out the earlier one: the lost update of lesson 0380. Among the requests of this process
//! a lock in memory does; where several processes share the store (`--replicas`), whoever holds
//! that one goes on to take the store's.

use super::{
    by_id::ById,
    stores::{SharedLock, Store, StoreError, StoreResult},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedMutexGuard, oneshot},
    time::{Instant, timeout_at},
};
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;

/// Requests of different sessions rarely meet in one of so many maps.
const SHARDS: usize = 16;

type Slot = Arc<tokio::sync::Mutex<()>>;
type Shard = Mutex<ById<Slot>>;

/// The locks of all sessions of this process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionLocks(Arc<Locks>);

#[derive(Debug, Default)]
struct Locks {
    shards: [Shard; SHARDS],
    /// The store whose locks are to be taken, too.
    shared: Option<Arc<dyn Store>>,
    /// Takings and releases of such locks, which go on whoever leaves.
    at_work: TaskTracker,
}

/// Why a lock was not taken.
#[derive(Debug)]
pub(super) enum NotLocked {
    /// Others held it all the time.
    Busy,
    /// The store, whose lock it is, failed.
    Store(StoreError),
}

/// Holds one session's lock until it is dropped.
#[derive(Debug)]
pub(super) struct SessionGuard {
    local: Option<LocalGuard>,
    shared: Option<Arc<dyn SharedLock>>,
    locks: SessionLocks,
}

/// Holds it among the requests of this process.
#[derive(Debug)]
struct LocalGuard {
    // First in, first out (tokio's mutex is fair): no refresh starves behind newer ones.
    _guard: OwnedMutexGuard<()>,
    // Dropped after `_guard`, as fields are in order: then nobody but the map holds the slot.
    _entry: Entry,
}

/// Takes the slot out of the map when nobody holds it or waits for it any more.
#[derive(Debug)]
struct Entry {
    locks: SessionLocks,
    id: Id,
}

impl SessionLocks {
    /// Locks that hold between all processes on `store`, by the store's own means.
    pub(super) fn shared(store: Arc<dyn Store>) -> Self {
        Self(Arc::new(Locks {
            shared: Some(store),
            ..Locks::default()
        }))
    }

    /// Waits for the lock of the session `id`. Giving up waiting is safe at any time.
    pub(super) async fn lock(&self, id: Id, wait: Duration) -> Result<SessionGuard, NotLocked> {
        let end = Instant::now() + wait;
        let local = timeout_at(end, self.lock_here(id)).await;
        let mut guard = SessionGuard {
            local: Some(local.map_err(|_| NotLocked::Busy)?),
            shared: None,
            locks: self.clone(),
        };
        if let Some(store) = self.0.shared.clone() {
            // Never before the local one: all waiters of a process would each take a place in
            // the store's queue, and a connection to wait with.
            let left = end.saturating_duration_since(Instant::now());
            guard.shared = Some(self.lock_there(store, id, left).await?);
        }
        Ok(guard)
    }

    async fn lock_here(&self, id: Id) -> LocalGuard {
        // Made before the wait, so that a waiter who gives up cleans up, too.
        let entry = Entry {
            locks: self.clone(),
            id,
        };
        let slot = {
            let mut shard = self
                .shard(id)
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            shard.entry(id).or_default().clone()
        };
        LocalGuard {
            _guard: slot.lock_owned().await,
            _entry: entry,
        }
    }

    /// In a task of its own: a visitor who leaves must not leave a lock behind that was granted
    /// in the same moment, and that nobody knows of.
    async fn lock_there(
        &self,
        store: Arc<dyn Store>,
        id: Id,
        wait: Duration,
    ) -> Result<Arc<dyn SharedLock>, NotLocked> {
        let (to_waiter, granted) = oneshot::channel();
        self.0.at_work.spawn(async move {
            let lock = take(&*store, &id, wait).await;
            if let Err(Ok(Some(unwanted))) = to_waiter.send(lock) {
                unwanted.release().await;
            }
        });
        match granted.await {
            Ok(Ok(Some(lock))) => Ok(lock),
            Ok(Ok(None)) => Err(NotLocked::Busy),
            Ok(Err(error)) => Err(NotLocked::Store(error)),
            Err(_) => Err(NotLocked::Store(StoreError::Failed(
                "a lock's task ended".into(),
            ))),
        }
    }

    /// Waits until all of the store's locks are given back; no more are taken afterwards.
    pub(super) async fn close(&self) {
        self.0.at_work.close();
        self.0.at_work.wait().await;
    }

    fn shard(&self, id: Id) -> &Shard {
        // Ids are random, so their last bits are as good as a hash.
        &self.0.shards[id.0 as usize % SHARDS]
    }
}

async fn take(
    store: &dyn Store,
    id: &Id,
    wait: Duration,
) -> StoreResult<Option<Arc<dyn SharedLock>>> {
    let locks = store.shared_locks().ok_or_else(|| {
        StoreError::Failed(format!("{} has no locks between processes", store.name()))
    })?;
    Ok(locks.lock(id, wait).await?.map(Arc::from))
}

impl SessionGuard {
    /// The store's lock, if there is one: then whoever holds it saves through it.
    pub(super) fn shared(&self) -> Option<Arc<dyn SharedLock>> {
        self.shared.clone()
    }
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            let local = self.local.take();
            self.locks.0.at_work.spawn(async move {
                shared.release().await;
                // Only now: the next one here would wait for the store's lock all the same.
                drop(local);
            });
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let shard = self.locks.shard(self.id);
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's own is the last reference: under the shard's lock nobody can get another.
        if shard
            .get(&self.id)
            .is_some_and(|slot| Arc::strong_count(slot) == 1)
        {
            shard.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    impl SessionLocks {
        fn len(&self) -> usize {
            self.0
                .shards
                .iter()
                .map(|shard| shard.lock().unwrap().len())
                .sum()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_session_s_lock_is_held_by_one_at_a_time() {
        let locks = SessionLocks::default();
        let id = Id::default();
        let first = locks.lock(id, SECOND).await.unwrap();
        assert!(locks.lock(id, SECOND).await.is_err());
        drop(first);
        assert!(locks.lock(id, SECOND).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn other_sessions_do_not_wait() {
        let locks = SessionLocks::default();
        let _held = locks.lock(Id(1), SECOND).await.unwrap();
        for id in 2..100 {
            assert!(locks.lock(Id(id), SECOND).await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_nobody_holds_or_awaits_takes_no_memory() {
        let locks = SessionLocks::default();
        let held = locks.lock(Id(1), SECOND).await.unwrap();
        let gave_up = locks.lock(Id(1), SECOND).await;
        assert!(gave_up.is_err());
        assert_eq!(locks.len(), 1);
        drop(held);
        assert_eq!(locks.len(), 0);
    }
}
