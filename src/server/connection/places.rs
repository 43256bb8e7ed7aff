//! Places for connections: whoever finds none left is turned away at once.
//!
//! There is one number for all and no share for each address: a class comes through one tunnel
//! or one router, so that the address of a flood would be everybody's.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often the log says that no place is left.
const PAUSE: Duration = Duration::from_secs(60);

/// The places of one server. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    /// When the log said last that there are none.
    said: Arc<Mutex<Option<Instant>>>,
}

impl Places {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(connections)),
            said: Arc::default(),
        }
    }

    /// Takes a place until the result is dropped, if there is one.
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        let place = self.free.clone().try_acquire_owned().ok();
        if place.is_none() {
            self.say_so();
        }
        place
    }

    fn say_so(&self) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        // Not for each of them: a flood of connections must not become one of log lines.
        if said.is_none_or(|last| last.elapsed() >= PAUSE) {
            *said = Some(Instant::now());
            tracing::warn!("no place for another connection; newcomers are turned away");
        }
    }
}
