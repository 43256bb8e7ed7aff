//! Who may see which records: one ring for each session, the oldest pushed out first.

use super::{MAX_BYTES, MAX_RECORDS, MAX_RINGS, Record};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast;

/// How many records a slow reader may lag behind before it misses some.
const LAG: usize = 16;

/// The rings of all sessions of this process.
#[derive(Debug)]
pub struct Rings {
    on: AtomicBool,
    next_number: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By the session's id.
    rings: HashMap<i128, Arc<Ring>>,
    bytes: usize,
}

/// The records of one session, and whoever follows it.
#[derive(Debug)]
pub struct Ring {
    records: Mutex<VecDeque<Arc<Record>>>,
    /// The number of its latest record: rings that are not used go first.
    latest: AtomicU64,
    news: broadcast::Sender<Arc<Record>>,
}

impl Default for Rings {
    fn default() -> Self {
        Self {
            on: AtomicBool::new(true),
            next_number: AtomicU64::new(1),
            state: Mutex::default(),
        }
    }
}

impl Rings {
    /// Whether requests are recorded.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Switches recording off or on; what was recorded stays.
    pub fn switch(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// A number for the next request.
    pub fn number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    /// The ring of the session `id`, if any of its requests is known.
    pub fn of(&self, id: i128) -> Option<Arc<Ring>> {
        self.state().rings.get(&id).cloned()
    }

    /// Puts a record into the ring of the session `id`, which is known to exist.
    pub fn push(&self, id: i128, record: Record) {
        let mut state = self.state();
        let ring = state.rings.entry(id).or_default().clone();
        state.bytes += record.bytes();
        ring.latest.store(record.number, Ordering::Relaxed);
        state.bytes -= ring.push(Arc::new(record));
        while state.rings.len() > MAX_RINGS || state.bytes > MAX_BYTES {
            let oldest = state.rings.iter().filter(|(other, _)| **other != id);
            let oldest = oldest.min_by_key(|(_, ring)| ring.latest.load(Ordering::Relaxed));
            let Some((&oldest, _)) = oldest else { break };
            state.remove(oldest);
        }
    }

    /// The session `old` goes on as `new`, and so does its ring; the old id has nothing left.
    pub fn rename(&self, old: i128, new: i128) {
        let mut state = self.state();
        if let Some(ring) = state.rings.remove(&old) {
            state.rings.insert(new, ring);
        }
    }

    /// The session `id` has ended: with `last` for those who follow it, and nothing for others.
    pub fn end(&self, id: i128, last: Record) {
        let mut state = self.state();
        if let Some(ring) = state.rings.get(&id) {
            // An error says that nobody follows it.
            let _ = ring.news.send(Arc::new(last));
        }
        state.remove(id);
    }

    /// Forgets what was recorded of the session `id`; who follows it goes on.
    pub fn clear(&self, id: i128) {
        let mut state = self.state();
        if let Some(ring) = state.rings.get(&id).cloned() {
            state.bytes -= ring.clear();
        }
    }

    /// How many sessions and bytes there are.
    pub fn size(&self) -> (usize, usize) {
        let state = self.state();
        (state.rings.len(), state.bytes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, id: i128) {
        if let Some(ring) = self.rings.remove(&id) {
            self.bytes -= ring.clear();
        }
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            records: Mutex::default(),
            latest: AtomicU64::default(),
            news: broadcast::Sender::new(LAG),
        }
    }
}

impl Ring {
    /// All of its records, the oldest first.
    pub fn records(&self) -> Vec<Arc<Record>> {
        self.locked().iter().cloned().collect()
    }

    /// Its coming records.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Record>> {
        self.news.subscribe()
    }

    /// Keeps a record; how many bytes had to go for it.
    fn push(&self, record: Arc<Record>) -> usize {
        let mut records = self.locked();
        // An error says that nobody follows it.
        let _ = self.news.send(record.clone());
        records.push_back(record);
        match records.len() > MAX_RECORDS {
            true => records.pop_front().map_or(0, |oldest| oldest.bytes()),
            false => 0,
        }
    }

    fn clear(&self) -> usize {
        let records = std::mem::take(&mut *self.locked());
        records.iter().map(|record| record.bytes()).sum()
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<Arc<Record>>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
