//! Sessions in the process itself: the fastest store, and the most forgetful.
//!
//! The famous warning about Express's `MemoryStore` names two faults: it grows without end,
//! and it serves one process only. This one is bounded and purged; the second fault it has too.

use super::{About, Listed, Store, StoreResult, StoredSession, Tenancy, Version, Words};
use async_trait::async_trait;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// All sessions of a copy together. Beyond it, those go first that would have expired first.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// What a session takes besides its data: its places in the two collections, roughly.
const OVERHEAD: usize = 200;

/// Sessions in memory.
pub struct MemoryStore {
    shelf: Mutex<Shelf>,
    words: Words,
}

struct Shelf {
    /// The most that `bytes` may be.
    bound: usize,
    sessions: HashMap<i128, StoredSession>,
    /// The same sessions in the order in which they expire, so that a purge looks at no other.
    by_expiry: BTreeSet<(OffsetDateTime, i128)>,
    bytes: usize,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::bounded(MAX_BYTES)
    }

    /// An empty store of at most so many bytes.
    pub fn bounded(bytes: usize) -> Self {
        Self {
            shelf: Mutex::new(Shelf::bounded(bytes)),
            words: Words::new([
                "HashMap::insert, where nothing is",
                "HashMap::get",
                "HashMap::insert, over the version that was loaded",
                "expiry = later",
                "HashMap::remove",
            ]),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn bounded(bound: usize) -> Self {
        Self {
            bound,
            sessions: HashMap::new(),
            by_expiry: BTreeSet::new(),
            bytes: 0,
        }
    }

    // ANCHOR: put
    fn put(&mut self, id: i128, session: StoredSession) {
        self.take(id);
        self.bytes += session.data.len() + OVERHEAD;
        self.by_expiry.insert((session.expiry, id));
        self.sessions.insert(id, session);
        while self.bytes > self.bound {
            // Not the one that was just put there: its visitor is being told that it is kept.
            let mut others = self.by_expiry.iter().filter(|(_, other)| *other != id);
            let Some(&(_, first)) = others.next() else {
                break;
            };
            self.take(first);
        }
    }
    // ANCHOR_END: put

    fn take(&mut self, id: i128) -> Option<StoredSession> {
        let session = self.sessions.remove(&id)?;
        self.by_expiry.remove(&(session.expiry, id));
        self.bytes -= session.data.len() + OVERHEAD;
        Some(session)
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn words(&self) -> &Words {
        &self.words
    }

    async fn inspect(&self) -> StoreResult<bool> {
        Ok(true)
    }

    async fn about(&self) -> StoreResult<About> {
        Ok(About {
            version: "this process".into(),
            clock: None,
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        Ok(())
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let mut shelf = self.shelf();
        if shelf.sessions.contains_key(&id.0) {
            return Ok(false);
        }
        shelf.put(id.0, session.clone());
        Ok(true)
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        Ok(self.shelf().sessions.get(&id.0).cloned())
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let mut shelf = self.shelf();
        let there = shelf.sessions.get(&id.0).map(|session| session.version);
        if !there.is_some_and(|there| there.gives_way_to(session.version, over)) {
            return Ok(false);
        }
        shelf.put(id.0, session.clone());
        Ok(true)
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let mut shelf = self.shelf();
        let Some(mut session) = shelf.take(id.0) else {
            return Ok(false);
        };
        session.expiry = expiry;
        shelf.put(id.0, session);
        Ok(true)
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.shelf().take(id.0);
        Ok(())
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        let mut shelf = self.shelf();
        let expired = shelf
            .by_expiry
            .iter()
            .take_while(|(expiry, _)| *expiry <= now);
        let ids: Vec<_> = expired.take(limit as usize).map(|(_, id)| *id).collect();
        for id in &ids {
            shelf.take(*id);
        }
        // A map keeps the room of its largest day; without this the memory would not return.
        let room = shelf.sessions.len() * 4;
        if shelf.sessions.capacity() > room.max(1024) {
            shelf.sessions.shrink_to_fit();
        }
        Ok(ids.len() as u64)
    }

    async fn count(&self) -> StoreResult<u64> {
        Ok(self.shelf().sessions.len() as u64)
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        let shelf = self.shelf();
        let sessions = shelf.sessions.iter().map(|(id, session)| Listed {
            id: Id(*id),
            bytes: session.data.len() as u64,
            expiry: session.expiry,
        });
        let wanted = sessions.filter(|listed| listed.id.to_string().starts_with(prefix));
        Ok(wanted.take(limit as usize).collect())
    }

    async fn claim(&self, _: Tenancy) -> StoreResult<bool> {
        // No other process can reach it.
        Ok(true)
    }

    async fn ping(&self) -> StoreResult<()> {
        Ok(())
    }

    async fn close(&self) {}
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStore({} sessions)", self.shelf().sessions.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(expiry: i64, bytes: usize) -> StoredSession {
        let expiry = OffsetDateTime::from_unix_timestamp(expiry).unwrap();
        StoredSession::new(vec![0; bytes], expiry)
    }

    #[tokio::test]
    async fn beyond_its_bound_those_go_that_would_expire_first() {
        let store = MemoryStore::new();
        let count = (MAX_BYTES / (1024 * 1024)) as i128;
        for id in 0..count + 9 {
            let expiry = 1_000 - id as i64;
            assert!(
                store
                    .create(&Id(id), &session(expiry, 1024 * 1024))
                    .await
                    .unwrap()
            );
        }
        assert!(store.shelf().bytes <= MAX_BYTES);
        // The later ones expire earlier here; but the last was promised to be kept.
        assert!(store.load(&Id(0)).await.unwrap().is_some());
        assert!(store.load(&Id(count + 8)).await.unwrap().is_some());
        assert!(store.load(&Id(count + 7)).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn after_a_purge_the_memory_returns() {
        let store = MemoryStore::new();
        for id in 0..50_000 {
            store
                .create(&Id(id), &session(id as i64, 10))
                .await
                .unwrap();
        }
        let now = OffsetDateTime::from_unix_timestamp(49_989).unwrap();
        while store.purge(now, 500).await.unwrap() == 500 {}
        let shelf = store.shelf();
        assert_eq!(shelf.sessions.len(), 10);
        assert_eq!(shelf.by_expiry.len(), 10);
        assert_eq!(shelf.bytes, 10 * (10 + OVERHEAD));
        assert!(
            shelf.sessions.capacity() <= 2048,
            "{}",
            shelf.sessions.capacity()
        );
    }
}
