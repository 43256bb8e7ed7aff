//! The rings of a copy, and their bounds.

use super::{
    MAX_BYTES, MAX_RINGS, Record,
    budget::{Budget, Holder},
    ring::Ring,
};
use foldhash::fast::RandomState;
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicIsize, Ordering},
    },
};

/// Ids are random: nobody can choose some that a quick hash takes for the same.
type ById = HashMap<i128, Arc<Ring>, RandomState>;

/// A copy's rings, and what all copies may keep together.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// By the session's id. Nearly every request finds its ring here and changes nothing but that
    /// ring, so readers do not wait for each other.
    rings: RwLock<ById>,
    /// For a moment less than none: who empties a ring may be faster here than who has filled it.
    bytes: AtomicIsize,
    /// What all copies of this process may keep together, if there are others.
    budget: Option<Budget>,
}

impl Shelf {
    pub(super) fn sharing(budget: &Budget) -> Self {
        let mut shelf = Self::default();
        shelf.budget = Some(budget.clone());
        shelf
    }

    /// The ring of the session `id`, if there is one.
    pub(super) fn ring(&self, id: i128) -> Option<Arc<Ring>> {
        self.look().get(&id).cloned()
    }

    /// How many rings and bytes there are.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.look().len(), self.held())
    }

    /// Puts a record into the ring of `id`; `false` if there is none.
    pub(super) fn push(&self, id: i128, record: &Record) -> bool {
        let (before, after) = {
            let rings = self.look();
            let Some(ring) = rings.get(&id) else {
                return false;
            };
            ring.push(record)
        };
        // Most records find room where others were.
        if after != before {
            self.changed(before, after);
            if self.held() > MAX_BYTES {
                self.make_room(id);
            }
        }
        true
    }

    /// Makes a ring for `id` that counts as used since the record `latest`, unless there is one.
    pub(super) fn ensure(&self, id: i128, latest: u64) {
        let rings = &mut *self.alter();
        let new = || Arc::new(Ring::since(latest));
        rings.entry(id).or_insert_with(new);
    }

    /// The ring of `old` becomes that of `new`.
    pub(super) fn rename(&self, old: i128, new: i128) {
        let mut rings = self.alter();
        if let Some(ring) = rings.remove(&old) {
            rings.insert(new, ring);
        }
    }

    /// Takes the ring of `id` away, with `last` for those who follow it.
    pub(super) fn end(&self, id: i128, last: &Record) {
        let ring = self.alter().remove(&id);
        if let Some(ring) = ring {
            ring.tell(last);
            self.empty(&ring);
        }
    }

    /// Forgets what is in a ring.
    pub(super) fn empty(&self, ring: &Ring) {
        self.changed(ring.clear(), 0);
    }

    /// Keeps the bounds; the ring of `id` is the last to go.
    pub(super) fn make_room(&self, id: i128) {
        while self.is_too_much() && self.drop_oldest(Some(id)) {}
    }

    fn is_too_much(&self) -> bool {
        self.look().len() > MAX_RINGS || self.held() > MAX_BYTES
    }

    /// Takes away the ring that was used longest ago, but for that of `spared`; `false` if there
    /// is none.
    fn drop_oldest(&self, spared: Option<i128>) -> bool {
        let oldest = {
            let mut rings = self.alter();
            let others = rings.iter().filter(|(id, _)| Some(**id) != spared);
            let oldest = others.min_by_key(|(_, ring)| ring.latest());
            let oldest = oldest.map(|(id, _)| *id);
            oldest.and_then(|id| rings.remove(&id))
        };
        oldest.map(|ring| self.empty(&ring)).is_some()
    }

    /// A ring has gone from `before` bytes to `after`. To be said without the lock: the budget may
    /// make this very shelf give something away.
    fn changed(&self, before: usize, after: usize) {
        let change = after.cast_signed() - before.cast_signed();
        self.bytes.fetch_add(change, Ordering::Relaxed);
        if let Some(budget) = &self.budget {
            budget.changed(change);
        }
    }

    fn look(&self) -> RwLockReadGuard<'_, ById> {
        self.rings.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn alter(&self) -> RwLockWriteGuard<'_, ById> {
        self.rings.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Holder for Shelf {
    fn held(&self) -> usize {
        usize::try_from(self.bytes.load(Ordering::Relaxed)).unwrap_or(0)
    }

    fn give(&self) -> bool {
        self.drop_oldest(None)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.changed(self.held(), 0);
    }
}
