//! The memory of all copies' rings together: whoever has most gives first.
//!
//! A thousand copies with a bound of their own each would take a thousand times as much. With one
//! queue for all, a single busy copy would push out what everybody else has.

use super::MAX_BYTES;
use std::{
    fmt::Debug,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicIsize, Ordering},
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
    /// For a moment less than none, as in a shelf.
    used: AtomicIsize,
    holders: Mutex<Vec<Weak<dyn Holder>>>,
}

impl Budget {
    pub(super) fn join(&self, holder: Weak<dyn Holder>) {
        self.holders().push(holder);
    }

    /// A holder has so many bytes more, or fewer; to be said without its lock.
    pub(super) fn changed(&self, change: isize) {
        self.0.used.fetch_add(change, Ordering::Relaxed);
        while self.0.used.load(Ordering::Relaxed) > MAX_BYTES.cast_signed() {
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
