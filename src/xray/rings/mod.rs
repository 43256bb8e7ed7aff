//! Who may see which records: one ring for each session, the oldest pushed out first.

mod budget;
mod paper;
mod ring;
mod shelf;
mod tape;

pub use budget::Budget;
pub use ring::Ring;

use super::{MAX_BYTES, MAX_RECORDS, MAX_RINGS, Record, Recording, What};
use shelf::Shelf;
use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use time::OffsetDateTime;

/// The rings of all sessions of a copy.
#[derive(Debug)]
pub struct Rings {
    on: AtomicBool,
    next_number: AtomicU64,
    shelf: Arc<Shelf>,
}

impl Default for Rings {
    fn default() -> Self {
        Self::on(Arc::default())
    }
}

impl Rings {
    /// Rings of a copy that keep to `budget` together with those of others.
    pub fn sharing(budget: &Budget) -> Self {
        let shelf = Arc::new(Shelf::sharing(budget));
        let holder: Weak<Shelf> = Arc::downgrade(&shelf);
        budget.join(holder);
        Self::on(shelf)
    }

    fn on(shelf: Arc<Shelf>) -> Self {
        Self {
            on: AtomicBool::new(true),
            next_number: AtomicU64::new(1),
            shelf,
        }
    }

    /// Begins to record a request, and writes down what `came` with it; off where nothing is
    /// recorded.
    pub fn begin(
        &self,
        began: OffsetDateTime,
        method: &str,
        path: &str,
        came: impl FnOnce() -> Option<What>,
    ) -> Recording {
        if !self.is_on() {
            return Recording::off();
        }
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let mut record = paper::take();
        record.came(came());
        Recording::begin_on(record, number, began, method, path)
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
        self.shelf.ring(id)
    }

    /// Puts a record into the ring of the session `id`, which is known to exist.
    pub fn push(&self, id: i128, record: Box<Record>) {
        if !self.shelf.push(id, &record) {
            self.ensure(id);
            self.shelf.push(id, &record);
        }
        paper::give_back(record);
    }

    /// The same for a session of which nobody knows whether it exists.
    pub fn push_if_known(&self, id: i128, record: Box<Record>) {
        self.shelf.push(id, &record);
        paper::give_back(record);
    }

    /// Makes a ring for the session `id`, which is known to exist, unless there is one.
    pub fn ensure(&self, id: i128) {
        if self.shelf.ring(id).is_none() {
            self.shelf
                .ensure(id, self.next_number.load(Ordering::Relaxed));
            self.shelf.make_room(id);
        }
    }

    /// The session `old` goes on as `new`, and so does its ring; the old id has nothing left.
    pub fn rename(&self, old: i128, new: i128) {
        self.shelf.rename(old, new);
    }

    /// The session `id` has ended: with `last` for those who follow it, and nothing for others.
    pub fn end(&self, id: i128, last: Box<Record>) {
        self.shelf.end(id, &last);
        paper::give_back(last);
    }

    /// Forgets what was recorded of the session `id`; who follows it goes on.
    pub fn clear(&self, id: i128) {
        if let Some(ring) = self.shelf.ring(id) {
            self.shelf.empty(&ring);
        }
    }

    /// How many sessions and bytes there are.
    pub fn size(&self) -> (usize, usize) {
        self.shelf.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u64, bytes: usize) -> Box<Record> {
        Box::new(Record {
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
        assert_eq!(bytes, rings.of(7).unwrap().bytes());
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
            assert!(rings.size().1 <= MAX_BYTES);
        }
        let (sessions, bytes) = rings.size();
        assert!(
            sessions > 50 && bytes <= MAX_BYTES,
            "{sessions} sessions, {bytes} bytes"
        );
        let counted: usize = (0..500)
            .filter_map(|id| rings.of(id))
            .map(|ring| ring.bytes())
            .sum();
        assert_eq!(bytes, counted);
    }

    #[test]
    fn of_many_copies_the_largest_gives_first_and_all_together_keep_to_the_budget() {
        let budget = Budget::default();
        let [modest, greedy] = [(); 2].map(|()| Rings::sharing(&budget));
        modest.push(1, record(1, 100 * 1024));
        for number in 1..=500 {
            greedy.push(number, record(number as u64, 100 * 1024));
            let all = modest.size().1 + greedy.size().1;
            assert!(all <= MAX_BYTES, "{all} bytes");
        }
        assert!(modest.of(1).is_some(), "it was not the largest");
        let kept = greedy.size().0;
        assert!(kept > 50, "{kept} sessions");
        // What a copy had is free again when it is gone.
        drop(greedy);
        for number in 2..=100 {
            modest.push(number, record(number as u64, 100 * 1024));
        }
        assert_eq!(modest.size().0, 100);
    }

    #[test]
    fn what_has_ended_or_was_renamed_has_nothing_left() {
        let rings = Rings::default();
        rings.push(1, record(1, 0));
        rings.rename(1, 2);
        assert!(rings.of(1).is_none());
        let mut news = rings.of(2).unwrap().follow();
        rings.end(2, record(2, 0));
        assert!(rings.of(2).is_none());
        assert_eq!(rings.size(), (0, 0));
        // Who followed it hears of its end.
        assert_eq!(news.try_recv().unwrap().number, 2);
        assert!(news.try_recv().is_err());
    }
}
