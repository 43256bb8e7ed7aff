//! Expired sessions are taken out of the store, a few at a time.

use super::{Sessions, stores::StoreResult};
use std::{ops::RangeInclusive, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// Rows in one statement. It holds locks for which visitors wait, so there are the fewer the longer
/// it takes.
const BATCH: RangeInclusive<u32> = 25..=500;
/// How long one statement is meant to take: about as long as a visitor's own.
const SHARE: Duration = Duration::from_millis(2);
/// How often a copy looks for expired sessions.
pub const PURGE_INTERVAL: Duration = Duration::from_secs(60);

/// Purges for ever; to be spawned. An error ends one run, never the runs.
pub async fn purge_regularly(sessions: Sessions, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = sessions.purge().await {
            tracing::warn!(%error, "purge stopped; the next run goes on");
        }
    }
}

impl Sessions {
    /// Removes every session that has expired by now; says how many.
    ///
    /// # Errors
    /// When the store fails; what was removed until then stays removed.
    pub async fn purge(&self) -> StoreResult<u64> {
        let (mut total, mut batch) = (0, *BATCH.start());
        loop {
            let start = Instant::now();
            let removed = self.0.store.purge(self.0.clock.now(), batch).await?;
            total += removed;
            if removed < u64::from(batch) {
                break;
            }
            let took = start.elapsed();
            batch = next_batch(batch, took);
            // Most of the time belongs to those who came for a page.
            sleep(2 * took).await;
        }
        if total > 0 {
            tracing::debug!(removed = total, "purged expired sessions");
        }
        Ok(total)
    }
}

/// How many rows go into the next statement, when this many took so long.
fn next_batch(rows: u32, took: Duration) -> u32 {
    let rows = match took {
        _ if took > SHARE => rows / 2,
        _ if took < SHARE / 2 => rows * 2,
        _ => rows,
    };
    rows.clamp(*BATCH.start(), *BATCH.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_grows_while_it_is_quick_and_shrinks_while_it_is_slow() {
        let (quick, right, slow) = (SHARE / 4, SHARE, SHARE * 10);
        assert_eq!(next_batch(100, quick), 200);
        assert_eq!(next_batch(100, right), 100);
        assert_eq!(next_batch(100, slow), 50);
        assert_eq!(next_batch(400, quick), 500);
        assert_eq!(next_batch(30, slow), 25);
    }
}
