//! The rings of a copy behind one lock, and their bounds.

use super::{
    MAX_BYTES, MAX_RINGS, Record,
    budget::{Budget, Holder},
    ring::Ring,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A copy's rings, and what all copies may keep together.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    state: Mutex<State>,
    /// What all copies of this process may keep together, if there are others.
    budget: Option<Budget>,
}

/// What is behind the lock.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By the session's id.
    pub(super) rings: HashMap<i128, Arc<Ring>>,
    pub(super) bytes: usize,
}

impl Shelf {
    pub(super) fn sharing(budget: &Budget) -> Self {
        Self {
            state: Mutex::default(),
            budget: Some(budget.clone()),
        }
    }

    /// Changes what is kept; what that means for all copies together is seen to afterwards.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (before, after, done) = {
            let mut state = self.state();
            let before = state.bytes;
            let done = change(&mut state);
            (before, state.bytes, done)
        };
        if let Some(budget) = &self.budget {
            budget.changed(before, after);
        }
        done
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Holder for Shelf {
    fn held(&self) -> usize {
        self.state().bytes
    }

    fn give(&self) -> bool {
        self.change(|state| {
            let rings = state.rings.iter();
            let oldest = rings.min_by_key(|(_, ring)| ring.latest());
            let oldest = oldest.map(|(id, _)| *id);
            oldest.is_some_and(|id| {
                state.remove(id);
                true
            })
        })
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.changed(self.held(), 0);
        }
    }
}

impl State {
    /// Puts a record into `ring`, that of `id`; what had to go for it.
    pub(super) fn keep(
        &mut self,
        id: i128,
        ring: &Ring,
        record: Arc<Record>,
    ) -> Option<Arc<Record>> {
        self.bytes += record.bytes();
        let gone = ring.push(record);
        self.bytes -= gone.as_ref().map_or(0, |gone| gone.bytes());
        self.make_room(id);
        gone
    }

    /// Keeps the bounds; the ring of `id` is the last to go.
    pub(super) fn make_room(&mut self, id: i128) {
        while self.rings.len() > MAX_RINGS || self.bytes > MAX_BYTES {
            let others = self.rings.iter().filter(|(other, _)| **other != id);
            let oldest = others.min_by_key(|(_, ring)| ring.latest());
            let Some((&oldest, _)) = oldest else { break };
            self.remove(oldest);
        }
    }

    pub(super) fn remove(&mut self, id: i128) {
        if let Some(ring) = self.rings.remove(&id) {
            self.bytes -= ring.clear();
        }
    }
}
