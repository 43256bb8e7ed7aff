//! How much is asked of a file, and how fast a purge may go beside it.
//!
//! SQLite has one writer, so whoever changes a session waits for the batch of a purge that has the
//! turn. A batch is short, and the more visitors come, the rarer it is.

use crate::sessions::stores::Pace;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use tokio::time::Instant;

/// Rows in one statement, 0.6 ms of the writer's time in a release build.
const ROWS: u32 = 100;
/// Of a purge's rest: so many times as long as it worked, for each session that is asked for in a
/// millisecond. Where 10,000 are in a second, the purge has a fortieth of the writer.
const REST: u128 = 4;
/// However many come, some sessions go: two thousand in a second or so.
const LONGEST_REST: u32 = 50;

/// Counts what visitors ask.
#[derive(Debug)]
pub(super) struct Demand {
    asked: AtomicU64,
    /// How much had been asked when a purge looked last, and when that was.
    looked: Mutex<(u64, Instant)>,
}

impl Demand {
    /// Nothing has been asked yet.
    pub(super) fn new() -> Self {
        Self {
            asked: AtomicU64::new(0),
            looked: Mutex::new((0, Instant::now())),
        }
    }

    /// So many sessions were asked for, or are to be changed.
    pub(super) fn add(&self, sessions: u64) {
        self.asked.fetch_add(sessions, Ordering::Relaxed);
    }

    /// For the next step of a purge, after what was asked since the last one.
    pub(super) fn pace(&self) -> Pace {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, now) = (self.asked.load(Ordering::Relaxed), Instant::now());
        let (came, millis) = (asked - looked.0, now.duration_since(looked.1).as_millis());
        *looked = (asked, now);
        if came == 0 {
            return Pace::STEADY;
        }
        let rest = (REST * u128::from(came)).div_ceil(millis.max(1));
        Pace {
            rows: ROWS,
            rest: u32::try_from(rest).map_or(LONGEST_REST, |rest| rest.min(LONGEST_REST)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn the_more_visitors_come_the_longer_a_purge_rests_and_alone_it_is_quick() {
        let demand = Demand::new();
        let after = async |asked| {
            demand.add(asked);
            tokio::time::advance(Duration::from_millis(10)).await;
            demand.pace()
        };
        assert_eq!(after(0).await, Pace::STEADY);
        for (asked, rest) in [(1, 1), (10, 4), (90, 36), (9000, LONGEST_REST)] {
            assert_eq!(after(asked).await, Pace { rows: ROWS, rest });
        }
        assert_eq!(after(0).await, Pace::STEADY);
    }
}
