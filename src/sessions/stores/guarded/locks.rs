//! The locks of a store that may be down.

use super::{
    super::{SharedLock, SharedLocks, StoreError, StoreResult, StoredSession, Version},
    Guarded, OPERATION_LIMIT, PAUSE, unanswered,
};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tower_sessions::session::Id;

/// How long one try to take a lock waits for its holder, and for the answer besides.
const LOCK_TRY: Duration = Duration::from_secs(1);
const LOCK_ANSWER: Duration = Duration::from_secs(1);

#[async_trait]
impl SharedLocks for Guarded {
    /// In short tries, so that a server that does not answer is told from a lock that is held.
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>> {
        let locks = self.inner.shared_locks();
        let locks = locks.ok_or_else(|| StoreError::Failed("no locks between processes".into()))?;
        let end = Instant::now() + wait;
        loop {
            self.broken.check()?;
            let wait = end.duration_since(Instant::now()).min(LOCK_TRY);
            let tried = timeout(wait + LOCK_ANSWER, locks.lock(id, wait)).await;
            match tried.unwrap_or_else(|_| Err(unanswered(None))) {
                Ok(Some(inner)) => return Ok(Some(Box::new(GuardedLock(inner)))),
                Ok(None) | Err(StoreError::Disconnected(_)) if Instant::now() < end => {}
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.note(Some(&error));
                    return Err(error);
                }
            }
            sleep(PAUSE).await;
        }
    }
}

/// A lock of the store, asked with a time limit.
#[derive(Debug)]
struct GuardedLock(Box<dyn SharedLock>);

#[async_trait]
impl SharedLock for GuardedLock {
    fn loaded(&self) -> Option<Option<StoredSession>> {
        self.0.loaded()
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        // Not repeated on another connection: the lock went down with this one.
        let saved = timeout(OPERATION_LIMIT, self.0.save(id, session, over)).await;
        saved.unwrap_or_else(|_| Err(unanswered(None)))
    }

    async fn release(&self) {
        // Given up, it is free when its connection or its lease ends.
        let _ = timeout(OPERATION_LIMIT, self.0.release()).await;
    }
}
