//! The places in which the lesson keeps its counter, and what is done there: count, look, forget.

use crate::{
    config::private_folder,
    sandbox::Sandbox,
    sessions::{
        IDLE,
        stores::{
            FileStore, Guarded, MemoryStore, SqliteStore, Store, StoreResult, StoredSession,
            Version,
        },
    },
};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// In the working folder; made by the first one who counts.
const FOLDER: &str = "lesson0360";
/// So many expired records go whenever somebody counts.
const PURGED: u32 = 500;

/// Which kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Memory,
    Cookie,
    File,
    Sqlite,
    /// Wherever this copy keeps its sessions.
    Own,
}

/// A place, and the store that is there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) kind: Kind,
    pub(super) store: Arc<dyn Store>,
}

/// The places that last longer than a request, opened when they are first needed.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<OnceLock<Vec<Place>>>);

/// The lesson's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) count: u64,
    /// When the process was started that began the record, in seconds since 1970.
    pub(super) process: i64,
    pub(super) bytes: Vec<u8>,
}

/// What was met at a place.
pub(super) struct Seen {
    pub(super) place: Place,
    pub(super) note: StoreResult<Option<Note>>,
    /// That of the record, if there is one, expired or not.
    version: Option<Version>,
    pub(super) load: Duration,
    /// `None` when nothing was saved.
    pub(super) save: Option<Duration>,
}

impl Places {
    /// All of them, the folder made.
    pub(super) async fn of(&self, sandbox: &Sandbox) -> Vec<Place> {
        let made = tokio::task::spawn_blocking(|| private_folder(Path::new(FOLDER))).await;
        if !matches!(made, Ok(Ok(()))) {
            tracing::warn!("the folder {FOLDER} cannot be made");
        }
        self.0.get_or_init(|| opened(sandbox)).clone()
    }
}

// ANCHOR: opened
fn opened(sandbox: &Sandbox) -> Vec<Place> {
    let (folder, identity) = (Path::new(FOLDER), &sandbox.identity);
    let file = FileStore::new(folder, identity);
    let sqlite = SqliteStore::new(&folder.join("lesson0360.sqlite"), identity);
    // Guarded: made when first needed, and no operation takes longer than 1.5 s.
    let guarded = |store: Arc<dyn Store>| -> Arc<dyn Store> { Arc::new(Guarded::new(store)) };
    let mut all = vec![
        (Kind::Memory, guarded(Arc::new(MemoryStore::new()))),
        (Kind::File, guarded(Arc::new(file))),
        (Kind::Sqlite, guarded(Arc::new(sqlite))),
    ];
    let own = sandbox.sessions.store().clone();
    if own.in_cookie().is_none() {
        all.push((Kind::Own, own));
    }
    let places = all.into_iter().map(|(kind, store)| Place { kind, store });
    places.collect()
}
// ANCHOR_END: opened

impl Note {
    fn of(record: &StoredSession) -> Option<Self> {
        let note: Value = serde_json::from_slice(&record.data).ok()?;
        Some(Self {
            count: note["count"].as_u64()?,
            process: note["process"].as_i64()?,
            bytes: record.data.clone(),
        })
    }

    fn new(count: u64, process: i64) -> Self {
        let bytes = json!({ "count": count, "process": process }).to_string();
        Self {
            count,
            process,
            bytes: bytes.into_bytes(),
        }
    }
}

impl Place {
    // ANCHOR: count
    /// Counts one more under `id`, and measures how long it takes to load and to save.
    pub(super) async fn count(&self, id: &Id, now: OffsetDateTime, process: i64) -> Seen {
        let seen = self.look(id, now).await;
        self.count_on(seen, id, now, process).await
    }

    async fn count_on(&self, seen: Seen, id: &Id, now: OffsetDateTime, process: i64) -> Seen {
        let Ok(found) = &seen.note else { return seen };
        let (count, begun) = match found {
            Some(note) => (note.count.saturating_add(1), note.process),
            None => (1, process),
        };
        let note = Note::new(count, begun);
        let start = Instant::now();
        let saved = self.logged(self.write(id, &note, now + IDLE, seen.version).await);
        let save = Some(start.elapsed());
        let note = match saved {
            Ok(true) => Ok(Some(note)),
            // Somebody was quicker, in another tab: what is there is theirs.
            Ok(false) => self.look(id, now).await.note,
            Err(error) => Err(error),
        };
        Seen { note, save, ..seen }
    }
    // ANCHOR_END: count

    // ANCHOR: look
    pub(super) async fn look(&self, id: &Id, now: OffsetDateTime) -> Seen {
        let start = Instant::now();
        let found = self.logged(self.store.load(id).await);
        let load = start.elapsed();
        let version = match &found {
            Ok(Some(record)) => Some(record.version),
            _ => None,
        };
        // A store may still return what has expired: it does not know what time it is.
        let live = |record: &StoredSession| record.expiry > now;
        let note = found.map(|record| Note::of(&record.filter(live)?));
        Seen {
            place: self.clone(),
            note,
            version,
            load,
            save: None,
        }
    }
    // ANCHOR_END: look

    // ANCHOR: write
    async fn write(
        &self,
        id: &Id,
        note: &Note,
        expiry: OffsetDateTime,
        loaded: Option<Version>,
    ) -> StoreResult<bool> {
        let record = StoredSession::new(note.bytes.clone(), expiry);
        match loaded {
            // Over what was loaded and nothing else: what was removed meanwhile stays removed,
            // and what somebody has changed stays as it is.
            Some(version) => self.store.save(id, &record, version).await,
            None => self.store.create(id, &record).await,
        }
    }
    // ANCHOR_END: write

    /// A failure is for the log; the page says no more than that there was one.
    fn logged<T>(&self, outcome: StoreResult<T>) -> StoreResult<T> {
        let store = self.store.name();
        outcome.inspect_err(|error| tracing::warn!(store, %error, "lesson 0360"))
    }

    pub(super) async fn forget(&self, id: &Id) -> StoreResult<()> {
        self.logged(self.store.delete(id).await)
    }

    /// Removes what others have left behind; the copy's own store does that by itself.
    pub(super) async fn clean(&self, now: OffsetDateTime) {
        if self.kind != Kind::Own {
            // What cannot be purged now is tried again by whoever counts next.
            let _ = self.logged(self.store.purge(now, PURGED).await);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_counter_goes_on_and_remembers_the_process_that_began_it() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let kind = Kind::Memory;
        let place = Place { kind, store };
        let (id, now) = (Id(7), OffsetDateTime::UNIX_EPOCH);
        assert_eq!(place.look(&id, now).await.note.unwrap(), None);
        place.count(&id, now, 100).await;
        // After a restart, if the store outlives it.
        let note = place.count(&id, now, 200).await.note.unwrap().unwrap();
        assert_eq!((note.count, note.process), (2, 100));
        assert_eq!(note.bytes, br#"{"count":2,"process":100}"#);
        // An hour later it counts as gone, although nobody has purged it.
        let later = now + IDLE;
        assert_eq!(place.look(&id, later).await.note.unwrap(), None);
        place.forget(&id).await.unwrap();
        assert_eq!(place.look(&id, now).await.note.unwrap(), None);
    }

    #[tokio::test]
    async fn a_count_that_was_overtaken_shows_what_is_there() {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let kind = Kind::Memory;
        let place = Place { kind, store };
        let (id, now) = (Id(7), OffsetDateTime::UNIX_EPOCH);
        place.count(&id, now, 100).await;
        let seen = place.look(&id, now).await;
        for _ in 0..3 {
            place.count(&id, now, 100).await;
        }
        let late = place.count_on(seen, &id, now, 100).await;
        assert_eq!(late.note.unwrap().unwrap().count, 4);
        assert_eq!(place.look(&id, now).await.note.unwrap().unwrap().count, 4);
    }
}
