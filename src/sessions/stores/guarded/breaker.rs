//! For a moment after a failure everybody is told the same at once.
//!
//! Without this, 40 requests that wait for one session's lock would wait for the limit one after
//! another: 60 s for the last.

use crate::sessions::stores::{StoreError, StoreResult};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long everybody is told so without asking again.
const FAIL_FAST: Duration = Duration::from_millis(300);

/// The last failure of one kind, if nothing has succeeded since.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Option<(Instant, StoreError)>>);

impl Breaker {
    /// Fails as the last time, if that was a moment ago.
    pub(super) fn check(&self) -> StoreResult<()> {
        match &*self.last() {
            Some((since, error)) if since.elapsed() < FAIL_FAST => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Takes note of a failure, or that there was none.
    pub(super) fn note(&self, error: Option<&StoreError>) {
        *self.last() = error.map(|error| (Instant::now(), error.clone()));
    }

    fn last(&self) -> MutexGuard<'_, Option<(Instant, StoreError)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_repeated_for_a_moment_and_forgotten_after_a_success() {
        let breaker = Breaker::default();
        assert!(breaker.check().is_ok());
        breaker.note(Some(&StoreError::Unwritable("full".into())));
        assert!(matches!(breaker.check(), Err(StoreError::Unwritable(_))));
        tokio::time::advance(FAIL_FAST).await;
        assert!(breaker.check().is_ok());

        breaker.note(Some(&StoreError::Unwritable("full".into())));
        breaker.note(None);
        assert!(breaker.check().is_ok());
    }
}
