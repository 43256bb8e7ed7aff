//! Who may see which records: one ring for each session, the oldest pushed out first.

use super::{MAX_BYTES, MAX_RECORDS, MAX_RINGS, Record, Recording};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use time::OffsetDateTime;
use tokio::sync::broadcast;

/// How many records a slow reader may lag behind before it misses some.
const LAG: usize = 16;

/// The rings of all sessions of this process.
#[derive(Debug)]
pub struct Rings {
    on: AtomicBool,
    next_number: AtomicU64,
    state: Mutex<State>,
    /// Records that were pushed out, blank again. To make and free one for every request, most
    /// often on different threads, took longer than all that is written into it.
    paper: Mutex<Vec<Arc<Record>>>,
}

/// How many blank records are kept for coming requests, and how large they may be in bytes.
const PAPER: usize = 64;
const SMALL: usize = 4 * 1024;

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
    /// Made for the first who follows: most rings are never followed.
    news: OnceLock<broadcast::Sender<Arc<Record>>>,
}

impl Default for Rings {
    fn default() -> Self {
        Self {
            on: AtomicBool::new(true),
            next_number: AtomicU64::new(1),
            state: Mutex::default(),
            paper: Mutex::default(),
        }
    }
}

impl Rings {
    /// Begins to record a request; off where nothing is recorded.
    pub fn begin(&self, began: OffsetDateTime, method: &str, path: &str) -> Recording {
        if !self.is_on() {
            return Recording::off();
        }
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let paper = self.paper().pop();
        let paper = paper.unwrap_or_else(|| Arc::new(Record::blank()));
        Recording::begin_on(paper, number, began, method, path)
    }

    /// Whether requests are recorded.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Switches recording off or on; what was recorded stays.
    pub fn switch(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// The ring of the session `id`, if any of its requests is known.
    pub fn of(&self, id: i128) -> Option<Arc<Ring>> {
        self.state().rings.get(&id).cloned()
    }

    /// Puts a record into the ring of the session `id`, which is known to exist.
    pub fn push(&self, id: i128, record: Arc<Record>) {
        let mut state = self.state();
        let ring = state.rings.entry(id).or_default().clone();
        let gone = state.keep(id, &ring, record);
        // Without the lock, for which every request waits.
        drop(state);
        self.reuse(gone);
    }

    /// The same for a session of which nobody knows whether it exists.
    pub fn push_if_known(&self, id: i128, record: Arc<Record>) {
        let mut state = self.state();
        if let Some(ring) = state.rings.get(&id).cloned() {
            let gone = state.keep(id, &ring, record);
            drop(state);
            self.reuse(gone);
        }
    }

    /// Makes a ring for the session `id`, which is known to exist, unless there is one.
    pub fn ensure(&self, id: i128) {
        let mut state = self.state();
        state.rings.entry(id).or_insert_with(|| {
            let ring = Ring::default();
            let latest = self.next_number.load(Ordering::Relaxed);
            ring.latest.store(latest, Ordering::Relaxed);
            Arc::new(ring)
        });
        state.make_room(id);
    }

    /// The session `old` goes on as `new`, and so does its ring; the old id has nothing left.
    pub fn rename(&self, old: i128, new: i128) {
        let mut state = self.state();
        if let Some(ring) = state.rings.remove(&old) {
            state.rings.insert(new, ring);
        }
    }

    /// The session `id` has ended: with `last` for those who follow it, and nothing for others.
    pub fn end(&self, id: i128, last: &Arc<Record>) {
        let mut state = self.state();
        if let Some(ring) = state.rings.get(&id) {
            ring.tell(last);
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

    /// Keeps the paper of a record that nobody has any more.
    fn reuse(&self, gone: Option<Arc<Record>>) {
        let Some(mut gone) = gone else { return };
        if let Some(record) = Arc::get_mut(&mut gone).filter(|record| record.bytes() <= SMALL) {
            // At once: what was in a session does not stay on a heap of waste paper.
            record.wipe();
            let mut paper = self.paper();
            if paper.len() < PAPER {
                paper.push(gone);
            }
        }
    }

    fn paper(&self) -> MutexGuard<'_, Vec<Arc<Record>>> {
        self.paper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, id: i128, ring: &Ring, record: Arc<Record>) -> Option<Arc<Record>> {
        self.bytes += record.bytes();
        ring.latest.store(record.number, Ordering::Relaxed);
        let gone = ring.push(record);
        self.bytes -= gone.as_ref().map_or(0, |gone| gone.bytes());
        self.make_room(id);
        gone
    }

    /// Keeps the bounds; the ring of `id` is the last to go.
    fn make_room(&mut self, id: i128) {
        while self.rings.len() > MAX_RINGS || self.bytes > MAX_BYTES {
            let others = self.rings.iter().filter(|(other, _)| **other != id);
            let oldest = others.min_by_key(|(_, ring)| ring.latest.load(Ordering::Relaxed));
            let Some((&oldest, _)) = oldest else { break };
            self.remove(oldest);
        }
    }

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
            news: OnceLock::new(),
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
        let news = self.news.get_or_init(|| broadcast::Sender::new(LAG));
        news.subscribe()
    }

    /// How many follow it.
    pub fn followers(&self) -> usize {
        self.news.get().map_or(0, broadcast::Sender::receiver_count)
    }

    /// Keeps a record; the one that had to go for it.
    fn push(&self, record: Arc<Record>) -> Option<Arc<Record>> {
        let mut records = self.locked();
        self.tell(&record);
        records.push_back(record);
        let full = records.len() > MAX_RECORDS;
        full.then(|| records.pop_front()).flatten()
    }

    fn tell(&self, record: &Arc<Record>) {
        if let Some(news) = self.news.get() {
            // An error says that nobody follows it any more.
            let _ = news.send(record.clone());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u64, bytes: usize) -> Arc<Record> {
        Arc::new(Record {
            number,
            quoted: vec![0; bytes],
            ..Record::blank()
        })
    }

    #[test]
    fn of_one_session_the_latest_64_requests_are_kept() {
        let rings = Rings::default();
        for number in 1..=100 {
            rings.push(7, record(number, 0));
        }
        let kept: Vec<_> = rings.of(7).unwrap().records();
        let kept: Vec<_> = kept.iter().map(|record| record.number).collect();
        assert_eq!(kept, (37..=100).collect::<Vec<_>>());
        let (_, bytes) = rings.size();
        assert_eq!(bytes, 64 * record(1, 0).bytes());
    }

    #[test]
    fn of_many_sessions_those_go_that_were_used_longest_ago() {
        let rings = Rings::default();
        for number in 1..=1_200 {
            rings.push(number, record(number as u64, 0));
            rings.push(1, record(10_000 + number as u64, 0));
        }
        assert_eq!(rings.size().0, MAX_RINGS);
        assert!(rings.of(1).is_some(), "it is used all the time");
        assert!(rings.of(2).is_none());
        assert!(rings.of(1_200).is_some());
    }

    #[test]
    fn a_flood_of_large_requests_takes_16_mib_at_most() {
        let rings = Rings::default();
        for number in 1..=2_000 {
            rings.push(number % 500, record(number as u64, 100 * 1024));
            assert!(rings.size().1 <= MAX_BYTES + record(0, 100 * 1024).bytes());
        }
        let (sessions, bytes) = rings.size();
        assert!(
            sessions > 50 && bytes <= MAX_BYTES,
            "{sessions} sessions, {bytes} bytes"
        );
        let counted: usize = (0..500)
            .filter_map(|id| rings.of(id))
            .flat_map(|ring| ring.records())
            .map(|record| record.bytes())
            .sum();
        assert_eq!(bytes, counted);
    }

    #[test]
    fn the_paper_of_what_was_pushed_out_is_used_again_and_blank() {
        let rings = Rings::default();
        let mut last = None;
        for _ in 0..=MAX_RECORDS {
            let recording = rings.begin(OffsetDateTime::now_utc(), "PATCH", "/a?b");
            recording.note("a", "b");
            last = recording.finished(200);
            assert_eq!(last.as_ref().unwrap().events.len(), 1);
            drop(recording);
            rings.push(1, last.clone().unwrap());
        }
        assert_eq!(rings.paper().len(), 1);
        let again = rings
            .begin(last.unwrap().began, "GET", "/")
            .so_far()
            .unwrap();
        assert!(rings.paper().is_empty());
        assert_eq!(
            (again.method.as_ref(), again.path.as_str(), again.status),
            ("GET", "/", 0)
        );
        assert!(again.events.is_empty());
    }

    #[test]
    fn what_has_ended_or_was_renamed_has_nothing_left() {
        let rings = Rings::default();
        rings.push(1, record(1, 0));
        rings.rename(1, 2);
        assert!(rings.of(1).is_none());
        let mut news = rings.of(2).unwrap().follow();
        rings.end(2, &record(2, 0));
        assert!(rings.of(2).is_none());
        assert_eq!(rings.size(), (0, 0));
        // Who followed it hears of its end.
        assert_eq!(news.try_recv().unwrap().number, 2);
        assert!(news.try_recv().is_err());
    }
}
