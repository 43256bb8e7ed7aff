//! A store as small as it can be, kept apart from the copy's own: one record, in memory.
//!
//! Nothing here waits for anything. What goes wrong in this lesson goes wrong between a load and
//! a save that are both in perfect order.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A record: under each key the numbers of the requests that have written there.
pub(super) type Data = BTreeMap<String, Vec<usize>>;

/// One visitor's record, or none. Cheap to clone: all clones mean the same one.
#[derive(Clone, Default)]
pub(super) struct Notes(Arc<Shelf>);

#[derive(Default)]
struct Shelf {
    record: Mutex<Option<Data>>,
    /// Taken by those who want to be alone. Nobody has to.
    lock: tokio::sync::Mutex<()>,
}

impl Notes {
    // ANCHOR: store
    /// A copy of the record, as it is now.
    pub(super) fn load(&self) -> Option<Data> {
        self.record().clone()
    }

    /// Puts `data` in the place of whatever is there.
    pub(super) fn save(&self, data: Data) {
        *self.record() = Some(data);
    }

    /// Puts down what is under one key, and leaves all other keys alone.
    pub(super) fn save_key(&self, key: &str, numbers: Vec<usize>) {
        let mut record = self.record();
        record.get_or_insert_default().insert(key.into(), numbers);
    }
    // ANCHOR_END: store

    /// Ends the record.
    pub(super) fn delete(&self) {
        *self.record() = None;
    }

    /// Waits until nobody else has the lock. It is given back when the guard is dropped.
    pub(super) async fn lock(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.lock.lock().await
    }

    /// Held for one statement only; without it, a load could find half of a save.
    fn record(&self) -> MutexGuard<'_, Option<Data>> {
        self.0.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
