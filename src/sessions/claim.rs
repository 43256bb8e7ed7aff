//! One process, one claim: without `--replicas` nobody else may serve these sessions.
//!
//! The locks of a process that is alone are its own. A second one would not know of them, and
//! the two would overwrite each other's changes: the lost update of lesson 0380 once more.

use super::stores::{CLAIM_LEASE, Store, StoreResult};
use crate::config::Tenancy;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// How often a claim is renewed; well within [`CLAIM_LEASE`].
const RENEWAL: Duration = Duration::from_secs(2);
/// Between two tries at a start.
const PAUSE: Duration = Duration::from_millis(250);

/// Claims the sessions in `store`; `false` when another process holds them, and goes on to.
///
/// # Errors
/// When the store cannot tell.
pub async fn claim(store: &dyn Store, tenancy: Tenancy) -> StoreResult<bool> {
    // A process that was killed leaves its claim behind, in some stores for a while.
    let end = Instant::now() + CLAIM_LEASE + RENEWAL;
    let mut told = false;
    while !store.claim(tenancy).await? {
        if Instant::now() >= end {
            return Ok(false);
        }
        if !told {
            told = true;
            tracing::info!("another process serves these sessions; waiting in case it is ending");
        }
        sleep(PAUSE).await;
    }
    Ok(true)
}

/// Renews the claim for ever; to be spawned. Where it is lost for good, `stopping` is cancelled.
pub async fn keep_claim(
    store: impl AsRef<dyn Store>,
    tenancy: Tenancy,
    stopping: CancellationToken,
) {
    let mut ticks = interval(RENEWAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // A store that is down cannot tell; that it is down is said elsewhere.
        if let Ok(false) = store.as_ref().claim(tenancy).await {
            tracing::error!("another process has claimed the sessions of this port; stopping");
            return stopping.cancel();
        }
    }
}
