//! How many requests of one session wait on purpose.
//!
//! A request that sleeps costs memory and a stream, and a visitor who holds the reload key down
//! sends many. Other sessions have their own count.

use super::Sessions;
use crate::error::HttpError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tower_sessions::session::Id;

/// So many of one session at a time, in this process.
const MOST: usize = 64;

/// The counts of all sessions that have a request waiting. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Waits(Arc<Mutex<HashMap<Id, usize>>>);

/// One request that waits, until it is dropped: at the end of the wait, or because its visitor
/// has left.
pub struct Wait {
    waits: Waits,
    id: Id,
}

impl Sessions {
    /// Counts a request that is about to wait. A visitor without a session is not counted.
    ///
    /// # Errors
    /// When as many requests of the session as may are waiting already.
    pub fn begin_wait(&self, id: Option<Id>) -> Result<Option<Wait>, HttpError> {
        let begin = |id| self.0.waits.begin(id).ok_or(HttpError::TooManyWaits(MOST));
        id.map(begin).transpose()
    }

    /// How many requests of all sessions wait on purpose.
    pub fn waiting(&self) -> usize {
        self.0.waits.counts().values().sum()
    }
}

impl Waits {
    fn begin(&self, id: Id) -> Option<Wait> {
        let mut counts = self.counts();
        let count = counts.entry(id).or_default();
        if *count == MOST {
            return None;
        }
        *count += 1;
        let waits = self.clone();
        Some(Wait { waits, id })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Id, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let mut counts = self.waits.counts();
        if let Some(count) = counts.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_so_many_waits_and_each_end_makes_room() {
        let waits = Waits::default();
        let mut begun: Vec<_> = (0..MOST).map(|_| waits.begin(Id(1)).unwrap()).collect();
        assert!(waits.begin(Id(1)).is_none());
        assert!(waits.begin(Id(2)).is_some(), "another session");
        begun.pop();
        assert!(waits.begin(Id(1)).is_some());
    }

    #[test]
    fn a_session_without_a_wait_takes_no_memory() {
        let waits = Waits::default();
        drop([waits.begin(Id(1)), waits.begin(Id(1)), waits.begin(Id(2))]);
        assert!(waits.counts().is_empty());
    }
}
