//! Looking after all copies at once: two tasks, and not two for each of a thousand.

use super::{Class, HostedCopy, shared::refusal};
use crate::{
    config::{Refusal, Tenancy},
    sessions::stores::StoreError,
};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

/// How often claims are renewed, as by a copy that is alone.
const RENEWAL: Duration = Duration::from_secs(2);
/// How long a process that is just ending may still hold a claim, and how often it is asked.
const ENDING: Duration = Duration::from_secs(6);
const PAUSE: Duration = Duration::from_millis(250);

/// Claims the sessions of all `copies`. The claims of a database that is down are taken as soon
/// as it is back.
///
/// # Errors
/// All sessions that another process serves, or what the database said.
pub(super) async fn claim_all(copies: &[HostedCopy]) -> Result<(), Refusal> {
    let end = Instant::now() + ENDING;
    let mut left: Vec<_> = copies.iter().collect();
    loop {
        let mut taken = Vec::new();
        for copy in left {
            match copy.store().claim(Tenancy::Alone).await {
                Ok(true) => {}
                Ok(false) => taken.push(copy),
                Err(error) if is_down(&error) => return Ok(()),
                Err(error) => return Err(refusal(error)),
            }
        }
        if taken.is_empty() {
            return Ok(());
        }
        if Instant::now() >= end {
            return Err(claimed_by_others(&taken));
        }
        sleep(PAUSE).await;
        left = taken;
    }
}

fn claimed_by_others(taken: &[&HostedCopy]) -> Refusal {
    let ports = taken.iter().map(|copy| copy.port().to_string());
    let ports: Vec<_> = ports.collect();
    Refusal::new(
        format!(
            "other processes serve the sessions of these ports in the same store: {}",
            ports.join(", ")
        ),
        "stop them, or take another store for one of the two",
    )
}

/// Renews all claims for ever; to be spawned. A copy whose claim is lost for good is stopped.
pub async fn keep_claims(class: Class) {
    let mut ticks = interval_at(Instant::now() + RENEWAL, RENEWAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for copy in class.copies() {
            match copy.store().claim(Tenancy::Alone).await {
                Ok(false) => {
                    let port = copy.port();
                    tracing::error!(%port, "another process has claimed these sessions; stopping");
                    copy.stopping().cancel();
                }
                // The others would have to wait for the same answer.
                Err(error) if is_down(&error) => break,
                Ok(true) | Err(_) => {}
            }
        }
    }
}

/// Takes expired sessions out of all stores for ever; to be spawned. An error ends the run of one
/// copy, and that of all only when the database is down.
pub async fn purge_regularly(class: Class, every: Duration) {
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for copy in class.copies() {
            if let Err(error) = copy.sessions().purge().await {
                let port = copy.port();
                tracing::warn!(%port, %error, "purge stopped; the next run goes on");
                if is_down(&error) {
                    break;
                }
            }
        }
    }
}

fn is_down(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Disconnected(_) | StoreError::Unreachable(_) | StoreError::Unwritable(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::StoreSetup,
        host::Shared,
        identity::{InstallKey, Port},
    };
    use std::path::Path;
    use tokio_util::sync::CancellationToken;

    /// What a process of its own would share among its copies on `file`.
    fn process_on(file: &Path) -> Shared {
        let (key, setup) = (InstallKey::random(), StoreSetup::Sqlite(file.into()));
        let stopping = CancellationToken::new();
        Shared::new(key.unwrap(), &setup, Duration::ZERO, false, stopping).unwrap()
    }

    fn copies(ports: &[u16], shared: &Shared) -> Vec<HostedCopy> {
        let open = |port: &u16| HostedCopy::open(Port::new(*port).unwrap(), shared);
        ports.iter().map(open).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_class_does_not_serve_sessions_that_another_process_has_claimed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.sqlite");
        let (here, there) = (process_on(&file), process_on(&file));
        let theirs = copies(&[4001, 4003], &there);
        claim_all(&theirs).await.unwrap();
        let ours = copies(&[4000, 4001, 4002, 4003], &here);
        let refusal = claim_all(&ours).await.unwrap_err();
        let problem = refusal.problem;
        assert!(problem.ends_with("same store: 4001, 4003"), "{problem}");
        for copy in &theirs {
            copy.close().await;
        }
        assert!(claim_all(&ours).await.is_ok());
    }
}
