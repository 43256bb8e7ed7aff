//! What all copies of a class share.

use crate::{
    clock::Clock,
    config::{Refusal, StoreSetup},
    database::Database,
    identity::{Identity, InstallKey, Port},
    sessions::stores::{SharedStores, StoreError},
    xray::Budget,
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Connections for all copies' tables beside the sessions.
const CONNECTIONS: u32 = 2;

/// What all copies of a class share.
#[derive(Debug)]
pub struct Shared {
    /// The host's: every copy's key and token are derived from it.
    pub(super) key: InstallKey,
    pub(super) stores: SharedStores,
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) budget: Budget,
    /// The longest that a page waits on purpose.
    pub(super) max_wait: Duration,
    /// Whether requests are recorded.
    pub(super) xray: bool,
    /// Cancelled when all copies are told to stop.
    pub(super) stopping: CancellationToken,
}

impl Shared {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// A kind of store whose connections cannot be shared.
    pub fn new(
        key: InstallKey,
        setup: &StoreSetup,
        max_wait: Duration,
        xray: bool,
        stopping: CancellationToken,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            key,
            stores: SharedStores::new(setup)?,
            database: Database::new(setup, CONNECTIONS),
            clock: Clock::system(),
            budget: Budget::default(),
            max_wait,
            xray,
            stopping,
        })
    }

    /// Whether the database lets us in, as asked for the copy on `port`. One that is down is no
    /// reason not to start.
    ///
    /// # Errors
    /// A database that is there and cannot be used.
    pub async fn check(&self, port: Port) -> Result<(), Refusal> {
        match self.stores.check(&Identity::derive(port, &self.key)).await {
            Ok(()) => Ok(()),
            Err(error @ (StoreError::Disconnected(_) | StoreError::Unreachable(_))) => {
                tracing::warn!(
                    "the session store is down, so pages with a session answer 503 until it is \
                     back: {error}"
                );
                Ok(())
            }
            Err(error) => Err(refusal(error)),
        }
    }
}

/// What a store says that will not have us.
pub(super) fn refusal(error: StoreError) -> Refusal {
    match error {
        StoreError::Refused { problem, mend } => Refusal::new(problem, mend),
        error => Refusal::new(error.to_string(), "see the database's own log"),
    }
}
