//! Expired sessions are taken out of the store, a few at a time.

use super::{Sessions, stores::StoreResult};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

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
        let (mut total, mut pace) = (0, self.0.store.pace());
        loop {
            let start = Instant::now();
            let removed = self.0.store.purge(self.0.clock.now(), pace.rows).await?;
            total += removed;
            if removed < u64::from(pace.rows) {
                break;
            }
            let took = start.elapsed();
            pace = self.0.store.pace();
            sleep(took * pace.rest).await;
        }
        if total > 0 {
            tracing::debug!(removed = total, "purged expired sessions");
        }
        Ok(total)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::stores::{Pace, Store, StoredSession, rehearsed::Rehearsed},
        *,
    };
    use crate::{
        clock::Clock,
        config::Tenancy,
        identity::{Identity, InstallKey, Port},
    };
    use std::sync::Arc;
    use tower_sessions::session::Id;

    #[tokio::test(start_paused = true)]
    async fn a_purge_takes_as_many_rows_and_rests_for_as_long_as_its_store_wants() {
        let mut store = Rehearsed::new();
        store.pace = Pace { rows: 100, rest: 9 };
        store.purge_takes = Duration::from_millis(10);
        let (store, clock) = (Arc::new(store), Clock::system());
        for id in 0..250 {
            let expired = StoredSession::new(Vec::new(), clock.now());
            assert!(store.create(&Id(id), &expired).await.unwrap());
        }
        let identity = Identity::derive(Port::new(41220).unwrap(), &InstallKey::random().unwrap());
        let sessions = Sessions::new(store.clone(), &identity, clock, Tenancy::Alone);
        let start = Instant::now();
        assert_eq!(sessions.purge().await.unwrap(), 250);
        let purges = store.calls();
        let purges = purges.iter().filter(|call| call.starts_with("purge"));
        assert_eq!(purges.collect::<Vec<_>>(), ["purge 100"; 3]);
        // Three steps, and a rest of nine times as long after two of them.
        assert_eq!(start.elapsed().as_millis(), 3 * 10 + 2 * 90);
    }
}
