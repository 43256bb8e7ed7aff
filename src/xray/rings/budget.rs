//! The memory of all copies' rings together: whoever has most gives first.
//!
//! A thousand copies with a bound of their own each would take a thousand times as much. With one
//! queue for all, a single busy copy would push out what everybody else has.

use super::{MAX_BYTES, paper::Paper};
use std::{
    fmt::Debug,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A copy's rings, as the others see them.
pub(super) trait Holder: Debug + Send + Sync {
    /// How many bytes it holds.
    fn held(&self) -> usize;

    /// Lets its oldest ring go; `false` when it has none.
    fn give(&self) -> bool;
}

/// What the rings of one process may hold together. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Budget(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    used: AtomicUsize,
    holders: Mutex<Vec<Weak<dyn Holder>>>,
    paper: Paper,
}

impl Budget {
    /// One pile for all: a thousand of them would be more than the rings.
    pub(super) fn paper(&self) -> Paper {
        self.0.paper.clone()
    }

    pub(super) fn join(&self, holder: Weak<dyn Holder>) {
        self.holders().push(holder);
    }

    /// A holder has gone from `before` bytes to `after`; to be said without its lock.
    pub(super) fn changed(&self, before: usize, after: usize) {
        let used = &self.0.used;
        if after < before {
            used.fetch_sub(before - after, Ordering::Relaxed);
        } else if used.fetch_add(after - before, Ordering::Relaxed) + after - before > MAX_BYTES {
            self.keep();
        }
    }

    fn keep(&self) {
        while self.0.used.load(Ordering::Relaxed) > MAX_BYTES {
            let gave = self.largest().is_some_and(|holder| holder.give());
            if !gave {
                return;
            }
        }
    }

    fn largest(&self) -> Option<Arc<dyn Holder>> {
        let mut holders = self.holders();
        holders.retain(|holder| holder.strong_count() > 0);
        let living = holders.iter().filter_map(Weak::upgrade);
        living.max_by_key(|holder| holder.held())
    }

    fn holders(&self) -> MutexGuard<'_, Vec<Weak<dyn Holder>>> {
        let holders = self.0.holders.lock();
        holders.unwrap_or_else(PoisonError::into_inner)
    }
}
