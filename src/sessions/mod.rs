//! Sessions: who is this visitor, and what do we remember?
//!
//! A request passes through here twice. Before the handler, `attach.rs` finds the id in the
//! cookie (`cookie.rs`) and looks at where the request comes from (`origin.rs`). The handler
//! asks for a [`Visitor`], reads through it, and takes the session's lock to change it
//! (`lock.rs`). What it changes is noted in a unit of work (`unit.rs`, `adapter.rs`); after the
//! handler it is written (`settle.rs`), and only then is the lock released and a cookie set.

mod adapter;
mod attach;
mod by_id;
mod claim;
mod cookie;
mod expiry;
mod finish;
mod lock;
mod manage;
mod masked;
mod origin;
mod patience;
mod publish;
mod purge;
mod record;
mod settle;
pub mod stores;
mod unit;
mod visitor;
mod waits;

pub use attach::attach;
pub use claim::{claim, keep_claim};
pub use cookie::{Carried, SessionCookie};
pub use expiry::{ABSOLUTE, IDLE};
pub use manage::Ended;
pub use masked::masked;
pub use origin::{Origin, refuse_foreign_changes};
pub use purge::{PURGE_INTERVAL, purge_regularly};
pub use record::MAX_BYTES;
pub use visitor::Visitor;
pub use waits::Wait;

use crate::{clock::Clock, config::Tenancy, error::HttpError, identity::Identity, xray::Rings};
use lock::SessionLocks;
use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use stores::{Store, StoreError};
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;
use waits::Waits;

/// All that a copy's sessions share. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(Arc<Shared>);

struct Shared {
    store: Arc<dyn Store>,
    locks: SessionLocks,
    cookie: SessionCookie,
    clock: Clock,
    /// What was recorded of their requests.
    rings: Rings,
    /// Requests that wait on purpose.
    waits: Waits,
    /// Ids that were exchanged and whose records could not be removed yet.
    dead: Mutex<HashSet<Id>>,
    /// All requests, from their cookie to their last write.
    in_flight: TaskTracker,
    /// Those that go on although their visitor has left.
    orphans: TaskTracker,
}

impl Sessions {
    /// The sessions in `store`, under the cookie of `identity`. As a replica, this process
    /// takes the locks of the store, too.
    pub fn new(store: Arc<dyn Store>, identity: &Identity, clock: Clock, tenancy: Tenancy) -> Self {
        Self::recording(store, identity, clock, tenancy, Rings::default())
    }

    /// The same, recorded in `rings`.
    pub fn recording(
        store: Arc<dyn Store>,
        identity: &Identity,
        clock: Clock,
        tenancy: Tenancy,
        rings: Rings,
    ) -> Self {
        let in_cookie = store.in_cookie();
        let locks = match tenancy {
            Tenancy::Alone => SessionLocks::default(),
            Tenancy::Replica => SessionLocks::shared(store.clone()),
        };
        Self(Arc::new(Shared {
            store,
            locks,
            cookie: SessionCookie::new(identity, in_cookie),
            clock,
            rings,
            waits: Waits::default(),
            dead: Mutex::default(),
            in_flight: TaskTracker::new(),
            orphans: TaskTracker::new(),
        }))
    }

    /// Where the sessions live.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// What was recorded of the visitors' requests.
    pub fn rings(&self) -> &Rings {
        &self.0.rings
    }

    /// How many requests are at work.
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.len()
    }

    /// How many requests are being finished although their visitors have left.
    pub fn orphans(&self) -> usize {
        self.0.orphans.len()
    }

    /// Waits for all that is still at work, then lets the store go.
    pub async fn close(&self) {
        for tracker in [&self.0.in_flight, &self.0.orphans] {
            tracker.close();
            tracker.wait().await;
        }
        self.0.locks.close().await;
        self.0.store.close().await;
    }
}

impl Shared {
    fn dead(&self) -> MutexGuard<'_, HashSet<Id>> {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a session could not be read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SessionError {
    /// The store failed; answered by 503.
    #[error("session store {name}: {error}")]
    Store {
        /// The store's name.
        name: &'static str,
        /// What it reported.
        error: StoreError,
    },
    /// The session has outgrown its limit; answered by 413.
    #[error("a session of {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// The size that it would have had.
        bytes: usize,
        /// The size that it may have; in a cookie that of the cookie.
        limit: usize,
    },
    /// The session's lock was not free in time; answered by 503.
    #[error("another request of this session held its lock for too long")]
    Busy,
    /// An earlier change, which was refused, was made after all between our look and our save;
    /// answered by 503.
    #[error("a change that had been given up was made while this one was on its way")]
    Overtaken,
    /// A value in the session is of another type than asked for; answered by 500.
    #[error("session data: {0}")]
    Data(String),
}

impl From<SessionError> for HttpError {
    fn from(error: SessionError) -> Self {
        match &error {
            SessionError::Store { name, error: cause } => {
                let state = match cause {
                    StoreError::Disconnected(_) | StoreError::Unreachable(_) => "does not answer",
                    StoreError::Unwritable(_) => "takes no changes just now",
                    StoreError::Refused { .. } => "cannot be used; `sweatbox doctor` says why",
                    StoreError::Unprepared(_) | StoreError::Failed(_) => "reported an error",
                };
                let reason = format!("The session store ({name}) {state}.");
                HttpError::unavailable(reason, error)
            }
            SessionError::TooLarge { .. } => HttpError::TooLarge(error.to_string()),
            SessionError::Busy => {
                let reason = "Another request of your session is taking too long.".into();
                HttpError::unavailable(reason, error)
            }
            SessionError::Overtaken => {
                let reason = "An earlier change of your session, which was refused, has been made \
                              meanwhile; this one has not.";
                HttpError::unavailable(reason.into(), error)
            }
            SessionError::Data(_) => HttpError::internal(error),
        }
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}
