//! What a connection is used for right now: the count that its stream and its service share.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How many requests of one connection are in flight, and when the last one ended.
#[derive(Clone)]
pub(super) struct Usage(Arc<Mutex<(usize, Instant)>>);

impl Default for Usage {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((0, Instant::now()))))
    }
}

impl Usage {
    /// Counts a request until the result is dropped.
    pub(super) fn begin(&self) -> InFlight {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
        InFlight(self.clone())
    }

    /// When a connection that may be idle for so long is to be closed, if nothing happens.
    pub(super) fn deadline(&self, idle: Duration) -> Instant {
        let (in_flight, last) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = if in_flight == 0 { last } else { Instant::now() };
        since + idle
    }
}

/// One request, from its header to the end of its answer.
pub(super) struct InFlight(Usage);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut usage = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *usage = (usage.0 - 1, Instant::now());
    }
}
