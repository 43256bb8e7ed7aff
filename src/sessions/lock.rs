//! One lock for each session, so that overlapping requests change it one after another.
//!
//! Without it two requests load the same record, each changes its own copy, and the later save
//! wipes out the earlier one: the lost update of lesson 0380.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;
use tower_sessions::session::Id;

/// Requests of different sessions rarely meet in one of so many maps.
const SHARDS: usize = 16;

type Slot = Arc<tokio::sync::Mutex<()>>;
type Shard = Mutex<HashMap<Id, Slot>>;

/// The locks of all sessions of this process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionLocks(Arc<Shards>);

#[derive(Debug, Default)]
struct Shards {
    shards: [Shard; SHARDS],
    hasher: RandomState,
}

/// Holds one session's lock until it is dropped.
#[derive(Debug)]
pub(super) struct SessionGuard {
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
    /// Waits for the lock of the session `id`. Giving up waiting is safe at any time.
    pub(super) async fn lock(&self, id: Id) -> SessionGuard {
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
        SessionGuard {
            _guard: slot.lock_owned().await,
            _entry: entry,
        }
    }

    fn shard(&self, id: Id) -> &Shard {
        let hash = self.0.hasher.hash_one(id);
        &self.0.shards[hash as usize % SHARDS]
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
    use std::time::Duration;
    use tokio::time::timeout;

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
        let first = locks.lock(id).await;
        assert!(
            timeout(Duration::from_secs(1), locks.lock(id))
                .await
                .is_err()
        );
        drop(first);
        assert!(
            timeout(Duration::from_secs(1), locks.lock(id))
                .await
                .is_ok()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn other_sessions_do_not_wait() {
        let locks = SessionLocks::default();
        let _held = locks.lock(Id(1)).await;
        for id in 2..100 {
            assert!(
                timeout(Duration::from_secs(1), locks.lock(Id(id)))
                    .await
                    .is_ok()
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_nobody_holds_or_awaits_takes_no_memory() {
        let locks = SessionLocks::default();
        let held = locks.lock(Id(1)).await;
        let gave_up = timeout(Duration::from_secs(1), locks.lock(Id(1))).await;
        assert!(gave_up.is_err());
        assert_eq!(locks.len(), 1);
        drop(held);
        assert_eq!(locks.len(), 0);
    }
}
