//! Expired sessions are taken out of the store, a few at a time.

use super::{Sessions, stores::StoreResult};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// Rows in one statement: large ones hold locks for which visitors wait.
const BATCH: u32 = 500;
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
        let mut total = 0;
        loop {
            let start = Instant::now();
            let removed = self.0.store.purge(self.0.clock.now(), BATCH).await?;
            total += removed;
            if removed < u64::from(BATCH) {
                break;
            }
            // Half of the time belongs to those who came for a page.
            sleep(start.elapsed()).await;
        }
        if total > 0 {
            tracing::debug!(removed = total, "purged expired sessions");
        }
        Ok(total)
    }
}
