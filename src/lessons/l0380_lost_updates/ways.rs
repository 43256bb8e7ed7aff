//! Three ways to change a record: load it, work on it, save it.

use super::notes::Notes;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How a request changes the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    /// Without any care.
    Naive,
    /// Without a lock, but saving only what it has changed.
    ChangesOnly,
    /// Under the record's lock.
    Locked,
}

/// What one request does to the record: it writes its number under a key.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) number: usize,
    pub(super) key: String,
    /// The time between the load and the save.
    pub(super) takes: Duration,
}

/// When a request had what it was waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// It loaded the record, after the wait for the lock if there was one.
    pub(super) loaded: Instant,
    /// It had saved it.
    pub(super) saved: Instant,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Naive, Self::ChangesOnly, Self::Locked];

    /// Its name in forms, remarks and addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::ChangesOnly => "changes-only",
            Self::Locked => "locked",
        }
    }

    /// The same for people.
    pub(super) fn explained(self) -> &'static str {
        match self {
            Self::Naive => "naive: load the record, save the whole record",
            Self::ChangesOnly => "changes only: save nothing but the key that was changed",
            Self::Locked => "locked: take the lock, then load, and save the whole record",
        }
    }

    pub(super) async fn make(self, change: &Change, notes: &Notes) -> Times {
        match self {
            Self::Naive => naive(change, notes).await,
            Self::ChangesOnly => changes_only(change, notes).await,
            Self::Locked => locked(change, notes).await,
        }
    }
}

// ANCHOR: naive
async fn naive(change: &Change, notes: &Notes) -> Times {
    let loaded = Instant::now();
    let mut data = notes.load().unwrap_or_default();
    // Here a real program asks a database or draws a page. Meanwhile the others go on.
    sleep(change.takes).await;
    let numbers = data.entry(change.key.clone()).or_default();
    numbers.push(change.number);
    // `data` is what was there before the sleep, and one number more.
    notes.save(data);
    let saved = Instant::now();
    Times { loaded, saved }
}
// ANCHOR_END: naive

// ANCHOR: changes-only
async fn changes_only(change: &Change, notes: &Notes) -> Times {
    let loaded = Instant::now();
    let mut data = notes.load().unwrap_or_default();
    sleep(change.takes).await;
    let mut numbers = data.remove(&change.key).unwrap_or_default();
    numbers.push(change.number);
    // What others have put under other keys in the meantime stays as they left it.
    notes.save_key(&change.key, numbers);
    let saved = Instant::now();
    Times { loaded, saved }
}
// ANCHOR_END: changes-only

// ANCHOR: locked
async fn locked(change: &Change, notes: &Notes) -> Times {
    // First the lock, then the load. The other way round, the old record would be saved, only
    // one request after the other.
    let _alone = notes.lock().await;
    naive(change, notes).await
}
// ANCHOR_END: locked
