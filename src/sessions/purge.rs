//! Expired sessions are taken out of the store, a few at a time.

use super::Sessions;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

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
        sessions.purge().await;
    }
}

impl Sessions {
    /// Removes every session that has expired by now; says how many.
    pub async fn purge(&self) -> u64 {
        let mut total = 0;
        loop {
            match self.0.store.purge(self.0.clock.now(), BATCH).await {
                Ok(removed) => {
                    total += removed;
                    if removed < u64::from(BATCH) {
                        break;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "purge stopped; the next run goes on");
                    break;
                }
            }
        }
        if total > 0 {
            tracing::debug!(removed = total, "purged expired sessions");
        }
        total
    }
}
