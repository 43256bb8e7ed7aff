//! Locks between processes: a field of the session's own document.
//!
//! So the update that saves a session also proves that its lock is still held. MongoDB does not
//! see that a process has died, so every lock is a lease. It is not renewed: a change takes
//! milliseconds, and one that took longer than the lease finds its lock lost.

use super::{
    MongodbStore,
    claims::end_of,
    document::{giving_way, stored},
};
use crate::sessions::stores::{
    LOCK_LEASE, SharedLock, SharedLocks, StoreError, StoreResult, StoredSession, Version,
};
use async_trait::async_trait;
use mongodb::bson::{DateTime, Document, doc};
use std::{fmt, time::Duration};
use tokio::time::{Instant, sleep};
use tower_sessions::session::Id;

/// Between two looks at a lock that somebody holds.
const PAUSE: Duration = Duration::from_millis(20);

#[async_trait]
impl SharedLocks for MongodbStore {
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>> {
        let lock = MongodbLock {
            store: self.clone(),
            id: *id,
            // Of this very taking: what is left of an earlier one proves nothing.
            token: Id::default().to_string(),
        };
        let end = Instant::now() + wait;
        loop {
            match lock.take().await {
                Ok(true) => return Ok(Some(Box::new(lock))),
                // A connection may have died after the lock was taken, with the answer: asked
                // again under the same token, nobody has to wait for that lease to end.
                Ok(false) | Err(StoreError::Disconnected(_)) if Instant::now() < end => {}
                Ok(false) => return Ok(None),
                Err(error) => return Err(error),
            }
            sleep(PAUSE).await;
        }
    }
}

/// A lock that is held. That of a session which is not there protects nothing, and is held by
/// everybody who wants it.
struct MongodbLock {
    store: MongodbStore,
    id: Id,
    token: String,
}

impl MongodbLock {
    async fn take(&self) -> StoreResult<bool> {
        let free = doc! {
            "_id": self.id.to_string(),
            "$or": [
                { "lock": { "$exists": false } },
                { "lock.until": { "$lte": DateTime::now() } },
                { "lock.token": &self.token },
            ],
        };
        let ours = doc! { "token": &self.token, "until": end_of(LOCK_LEASE) };
        let taken = self
            .store
            .update(free, doc! { "$set": { "lock": ours } })
            .await?;
        Ok(taken || !self.is_there(by_id(&self.id)).await?)
    }

    /// The session, as long as the lock on it is ours.
    fn held(&self, id: &Id) -> Document {
        doc! { "_id": id.to_string(), "lock.token": &self.token }
    }

    async fn is_there(&self, filter: Document) -> StoreResult<bool> {
        let only_the_id = doc! { "_id": 1 };
        let found = self.store.sessions.find_one(filter).projection(only_the_id);
        let found = found.await.map_err(|error| self.store.sort(&error))?;
        Ok(found.is_some())
    }
}

#[async_trait]
impl SharedLock for MongodbLock {
    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let mut there = self.held(id);
        there.insert("version", giving_way(session, over));
        let update = doc! { "$set": stored(session) };
        if self.store.update(there, update).await? {
            return Ok(true);
        }
        // Another version, under our lock all the same; or no session at all.
        if self.is_there(self.held(id)).await? || !self.is_there(by_id(id)).await? {
            return Ok(false);
        }
        Err(StoreError::Unreachable("the session's lock ran out".into()))
    }

    async fn release(&self) {
        let update = doc! { "$unset": { "lock": 1 } };
        // Not given back, it runs out.
        let _ = self.store.update(self.held(&self.id), update).await;
    }
}

fn by_id(id: &Id) -> Document {
    doc! { "_id": id.to_string() }
}

impl fmt::Debug for MongodbLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MongodbLock({})", self.store.place)
    }
}
