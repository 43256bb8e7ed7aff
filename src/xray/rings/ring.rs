//! The records of one session.

use super::{MAX_RECORDS, Record, tape::Tape};
use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast;

/// How many records a slow reader may lag behind before it misses some.
const LAG: usize = 16;

/// The records of one session, and whoever follows it.
#[derive(Debug, Default)]
pub struct Ring {
    records: Mutex<Tape>,
    /// The number of its latest record: rings that are not used go first.
    latest: AtomicU64,
    /// Made for the first who follows: most rings are never followed.
    news: OnceLock<broadcast::Sender<Arc<Record>>>,
}

impl Ring {
    /// An empty ring that counts as used since the record of this number.
    pub(super) fn since(latest: u64) -> Self {
        Self {
            latest: AtomicU64::new(latest),
            ..Self::default()
        }
    }

    /// The number of its latest record.
    pub(super) fn latest(&self) -> u64 {
        self.latest.load(Ordering::Relaxed)
    }

    /// All of its records, the oldest first.
    pub fn records(&self) -> Vec<Arc<Record>> {
        self.locked().records()
    }

    /// Its coming records.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Record>> {
        let news = self.news.get_or_init(|| broadcast::Sender::new(LAG));
        news.subscribe()
    }

    /// How many follow it.
    pub fn followers(&self) -> usize {
        self.news.get().map_or(0, broadcast::Sender::receiver_count)
    }

    /// What they take in memory.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.locked().bytes()
    }

    /// Keeps a record; how many bytes all took before, and now.
    pub(super) fn push(&self, record: &Record) -> (usize, usize) {
        self.latest.store(record.number, Ordering::Relaxed);
        let mut records = self.locked();
        self.tell(record);
        let before = records.bytes();
        if records.len() == MAX_RECORDS {
            records.drop_oldest();
        }
        records.push(record);
        (before, records.bytes())
    }

    /// Tells whoever follows it.
    pub(super) fn tell(&self, record: &Record) {
        if let Some(news) = self.news.get() {
            // An error says that nobody follows it any more.
            let _ = news.send(Arc::new(record.clone()));
        }
    }

    /// Forgets everything; how many bytes that were.
    pub(super) fn clear(&self) -> usize {
        mem::take(&mut *self.locked()).bytes()
    }

    fn locked(&self) -> MutexGuard<'_, Tape> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
