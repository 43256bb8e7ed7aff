//! The records of one session.

use super::{MAX_RECORDS, Record};
use std::{
    collections::VecDeque,
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
    records: Mutex<VecDeque<Arc<Record>>>,
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
        self.locked().iter().cloned().collect()
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

    /// Keeps a record; the one that had to go for it.
    pub(super) fn push(&self, record: Arc<Record>) -> Option<Arc<Record>> {
        self.latest.store(record.number, Ordering::Relaxed);
        let mut records = self.locked();
        self.tell(&record);
        records.push_back(record);
        let full = records.len() > MAX_RECORDS;
        full.then(|| records.pop_front()).flatten()
    }

    /// Tells whoever follows it.
    pub(super) fn tell(&self, record: &Arc<Record>) {
        if let Some(news) = self.news.get() {
            // An error says that nobody follows it any more.
            let _ = news.send(record.clone());
        }
    }

    /// Forgets everything; how many bytes that were.
    pub(super) fn clear(&self) -> usize {
        let records = std::mem::take(&mut *self.locked());
        records.iter().map(|record| record.bytes()).sum()
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<Arc<Record>>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
