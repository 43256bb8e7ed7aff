//! The same with real requests: two counters for each visitor, in memory.

use super::{
    notes::Notes,
    volley::numbers_in,
    ways::{Change, Way},
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tower_sessions::session::Id;

/// The most counters of all visitors together; then the oldest goes.
const MOST: usize = 200;
/// A counter that so many requests have come to begins again at 0.
const FULL: usize = 1_000;

/// The counters of all visitors. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Counters(Arc<Mutex<VecDeque<Entry>>>);

struct Entry {
    whose: (Id, Way),
    counter: Counter,
}

/// One visitor's counter of one way.
#[derive(Clone, Default)]
pub(super) struct Counter {
    notes: Notes,
    came: Arc<AtomicUsize>,
}

impl Counters {
    /// The counter of the visitor with this session.
    pub(super) fn of(&self, id: Id, way: Way) -> Counter {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let whose = (id, way);
        // The numbers that a counter keeps take memory, and so do counters.
        all.retain(|entry| entry.whose != whose || entry.counter.came() < FULL);
        if let Some(found) = all.iter().find(|entry| entry.whose == whose) {
            return found.counter.clone();
        }
        if all.len() >= MOST {
            all.pop_front();
        }
        let counter = Counter::default();
        all.push_back(Entry {
            whose,
            counter: counter.clone(),
        });
        counter
    }
}

impl Counter {
    /// Counts one request; what it now stands at.
    pub(super) async fn count(&self, way: Way) -> usize {
        // This number is exact: the processor adds in one step that nothing can come between.
        let number = 1 + self.came.fetch_add(1, Ordering::Relaxed);
        let change = Change {
            number,
            key: "numbers".into(),
            takes: Duration::from_millis(10 + (number as u64 * 5) % 7),
        };
        way.make(&change, &self.notes).await;
        self.stands_at()
    }

    /// How it stands, in a sentence.
    pub(super) fn told(&self) -> String {
        let (came, counted) = (self.came(), self.stands_at());
        let verdict = match came == counted {
            true => "nothing was lost",
            false => "updates were lost",
        };
        format!("{came} requests came, the counter stands at {counted}: {verdict}\n")
    }

    fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }

    fn stands_at(&self) -> usize {
        numbers_in(&self.notes).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn two_at_once_count_as_one_without_the_lock_and_as_two_with_it() {
        let counters = Counters::default();
        for (way, stands_at) in [(Way::Naive, "1: updates"), (Way::Locked, "2: nothing")] {
            let counter = counters.of(Id(1), way);
            tokio::join!(counter.count(way), counter.count(way));
            let told = counters.of(Id(1), way).told();
            let expected = format!("2 requests came, the counter stands at {stands_at}");
            assert!(told.starts_with(&expected), "{told}");
        }
        assert!(counters.of(Id(2), Way::Naive).told().starts_with("0 "));
    }

    #[tokio::test(start_paused = true)]
    async fn neither_counters_nor_their_numbers_grow_without_end() {
        let counters = Counters::default();
        for id in 0..300 {
            counters.of(Id(id), Way::Naive).count(Way::Naive).await;
        }
        assert_eq!(counters.0.lock().unwrap().len(), MOST);
        assert!(counters.of(Id(299), Way::Naive).told().starts_with("1 "));
        for _ in 0..FULL {
            counters.of(Id(299), Way::Naive).count(Way::Naive).await;
        }
        assert!(counters.of(Id(299), Way::Naive).told().starts_with("1 "));
    }
}
