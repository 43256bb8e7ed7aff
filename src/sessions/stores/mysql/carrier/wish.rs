//! What requests want of a carrier.

use super::lock::{CarriedLock, Carrying};
use crate::sessions::stores::{Row, StoredSession};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use tower_sessions::session::Id;

/// What a request wants.
pub(super) enum Wish {
    Take(Take),
    Save(Save),
}

/// A session's lock, if it is free.
pub(super) struct Take {
    pub(super) id: Id,
    /// The lock's.
    pub(super) name: String,
    /// Where it is to be given back.
    carrying: Arc<dyn Carrying>,
    /// Who wants it, until told.
    asker: Mutex<Option<oneshot::Sender<Option<CarriedLock>>>>,
}

/// A session saved whose lock is held on the connection of this number.
pub(super) struct Save {
    pub(super) number: u64,
    /// The lock's.
    pub(super) name: String,
    pub(super) row: Row,
}

impl Take {
    /// And where the answer comes in the midst of a tick: others' saves take longer.
    pub(super) fn new(
        id: Id,
        name: String,
        carrying: Arc<dyn Carrying>,
    ) -> (Self, oneshot::Receiver<Option<CarriedLock>>) {
        let (asker, told) = oneshot::channel();
        let asker = Mutex::new(Some(asker));
        let take = Self {
            id,
            name,
            carrying,
            asker,
        };
        (take, told)
    }

    /// The lock was granted on the connection of this number, and this lay under it.
    pub(super) fn granted(&self, number: u64, loaded: Option<StoredSession>) {
        let lock = CarriedLock::new(&self.carrying, number, &self.name, loaded);
        self.tell(Some(lock));
    }

    /// Somebody has it, or the server does not let it be taken here.
    pub(super) fn not_granted(&self) {
        self.tell(None);
    }

    fn tell(&self, lock: Option<CarriedLock>) {
        let asker = self
            .asker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // Whoever has left takes no lock: dropped, it is given back.
        let _ = asker.map(|asker| asker.send(lock));
    }
}
