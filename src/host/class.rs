//! The copies that run.

use super::{HostedCopy, Shared, upkeep::claim_all};
use crate::{
    config::Refusal,
    identity::{Identity, Port},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// All copies of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Class(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Shared,
    copies: Mutex<BTreeMap<Port, HostedCopy>>,
}

impl Class {
    /// A class without any copy.
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(Inner {
            shared,
            copies: Mutex::default(),
        }))
    }

    /// Opens copies on all of `ports`, their sessions claimed, or on none. They are to be served
    /// then, and given to [`dismiss`](Self::dismiss) at their end.
    ///
    /// # Errors
    /// Sessions that another process serves, and what the database said.
    pub async fn admit(&self, ports: &BTreeSet<Port>) -> Result<Vec<HostedCopy>, Refusal> {
        let shared = &self.0.shared;
        let open = |port: &Port| HostedCopy::open(*port, shared);
        let copies: Vec<_> = ports.iter().map(open).collect();
        let identities: Vec<&Identity> = copies.iter().map(HostedCopy::identity).collect();
        if let Err(error) = shared.stores.prepare(&identities).await {
            tracing::warn!(%error, "tables are made when each copy is first used");
        }
        if let Err(refusal) = claim_all(&copies).await {
            for copy in &copies {
                // Gives back what was claimed.
                copy.close().await;
            }
            return Err(refusal);
        }
        let mut running = self.running();
        running.extend(copies.iter().map(|copy| (copy.port(), copy.clone())));
        Ok(copies)
    }

    /// Tells the copy on `port` to stop.
    pub fn stop(&self, port: Port) {
        if let Some(copy) = self.running().get(&port) {
            copy.stopping().cancel();
        }
    }

    /// Forgets a copy that has ended.
    pub fn dismiss(&self, copy: &HostedCopy) {
        let mut running = self.running();
        if running.get(&copy.port()).is_some_and(|now| now.is(copy)) {
            running.remove(&copy.port());
        }
    }

    /// The ports that have a copy.
    pub fn ports(&self) -> BTreeSet<Port> {
        self.running().keys().copied().collect()
    }

    /// Those of them whose copy is stopping.
    pub fn stopping(&self) -> BTreeSet<Port> {
        let copies = self.copies().into_iter();
        let stopping = copies.filter(|copy| copy.stopping().is_cancelled());
        stopping.map(|copy| copy.port()).collect()
    }

    /// Closes what the copies shared.
    pub async fn close(&self) {
        self.0.shared.stores.close().await;
    }

    pub(super) fn copies(&self) -> Vec<HostedCopy> {
        self.running().values().cloned().collect()
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<Port, HostedCopy>> {
        let copies = self.0.copies.lock();
        copies.unwrap_or_else(PoisonError::into_inner)
    }
}
