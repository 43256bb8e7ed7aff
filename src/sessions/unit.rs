//! One request's dealings with its session: a unit of work.
//!
//! `tower_sessions::Session` wants to delete at once when a handler calls `flush` or
//! `cycle_id`. Here that is only noted ([`adapter`](super::adapter)): the answer may still turn
//! out to be an error, and then the session has to be as it was. What is to be written is
//! written after the handler ([`settle`](super::settle)).

use super::{
    SessionError, Sessions,
    cookie::Carried,
    expiry,
    lock::{NotLocked, SessionGuard},
    masked,
    patience::Patience,
    stores::{CookieStore, Recorded, SharedLock, Store, StoreError, StoredSession, Version},
};
use crate::xray::{Recording, What};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use tower_sessions::{Session, session::Id};

/// How long a request waits for the lock of its session.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// The session of one request, from its first look to its last write.
pub(super) struct UnitOfWork {
    pub(super) sessions: Sessions,
    /// Where the session lives; listened to.
    pub(super) store: Recorded,
    /// How long the store may take for all that it is asked here.
    pub(super) patience: Patience,
    /// The same where it is the cookie itself: this request's own.
    pub(super) in_cookie: Option<Arc<CookieStore>>,
    /// The id in the cookie; `None` without one, and for a foreign page's request.
    pub(super) id: Option<Id>,
    /// Whether anything may be written at all.
    foreign: bool,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// The record as it was found last: when it began and when it is to expire.
    pub(super) found: Option<Found>,
    /// The version that was loaded or written last: what is saved is made from it.
    pub(super) version: Option<Version>,
    /// The session that the handler may change. Its lock is held, or nobody else knows it.
    pub(super) writable: Option<Session>,
    guard: Option<SessionGuard>,
    /// What the store has read as it granted the lock, until the session is loaded from it.
    pub(super) read_along: Option<Option<StoredSession>>,
    /// The handler ended the session or changed its id; the old record still has to go.
    pub(super) ended: bool,
    /// The expiry was moved when the session was read, so the cookie's has to follow.
    pub(super) extended: bool,
    /// The record was gone when we wanted to overwrite it.
    pub(super) vanished: bool,
    /// The expiry that was written last.
    pub(super) written: Option<OffsetDateTime>,
    /// The session that the browser was told of, or that it was told to forget.
    pub(super) told: Option<Told>,
    pub(super) failure: Option<SessionError>,
    /// The work is over: nothing may be locked any more, since nobody would release it.
    closed: bool,
}

/// What the answer says about the session.
#[derive(Clone, Copy)]
pub(super) enum Told {
    /// It goes on under this id.
    GoesOn(Id),
    /// It has ended.
    Ended,
}

/// What is known of a record besides its data.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) created: OffsetDateTime,
    pub(super) expiry: OffsetDateTime,
}

impl UnitOfWork {
    pub(super) fn new(
        sessions: Sessions,
        carried: Option<Carried>,
        foreign: bool,
        recording: Recording,
    ) -> Self {
        let id = carried.as_ref().map(|carried| carried.id);
        let in_cookie = sessions.0.store.in_cookie().map(|form| {
            let held = carried.and_then(|carried| Some((carried.id, carried.session?)));
            Arc::new(CookieStore::new(form, held))
        });
        let store: Arc<dyn Store> = match in_cookie.clone() {
            Some(own) => own,
            None => sessions.0.store.clone(),
        };
        Self {
            sessions,
            store: Recorded::new(store, recording),
            patience: Patience::default(),
            in_cookie,
            id,
            foreign,
            state: Mutex::default(),
        }
    }

    /// The session as it was when the request came. Being read counts as being used.
    pub(super) async fn read(self: &Arc<Self>) -> Result<Session, SessionError> {
        let session = self.look().await?;
        // Now and not after the handler: a session must not expire while its page waits.
        if session.id().is_some() {
            self.extend().await?;
        }
        Ok(session)
    }

    /// The session as it is now.
    pub(super) async fn look(self: &Arc<Self>) -> Result<Session, SessionError> {
        let session = self.session(self.id);
        // Any access makes tower-sessions load the record; one that is not there (any more)
        // leaves the session without an id.
        self.checked(session.get_value("").await)?;
        Ok(session)
    }

    /// Moves the expiry, and nothing else, at most once a minute.
    async fn extend(&self) -> Result<(), SessionError> {
        let (Some(id), Some(found)) = (self.id, self.state().found) else {
            return Ok(());
        };
        if let Some(later) = expiry::extension(found.created, found.expiry, self.now()) {
            self.state().extended = self.touch(&id, later).await?;
        }
        Ok(())
    }

    /// Writes an expiry; `false` when the session is gone, or stays as it is.
    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> Result<bool, SessionError> {
        let touched = self.patience.wait_for(self.store.touch(id, expiry)).await;
        // While a store takes no changes, whoever only reads goes on.
        if let Err(StoreError::Unwritable(_)) = touched {
            return Ok(false);
        }
        let touched = touched.map_err(|error| self.store_error(error))?;
        self.state().written = Some(expiry);
        Ok(touched)
    }

    /// The session under its lock, for changing; `None` when it has ended since `read`, and
    /// for a foreign page.
    pub(super) async fn lock(
        self: &Arc<Self>,
        read: &Session,
    ) -> Result<Option<Session>, SessionError> {
        if self.foreign {
            return Ok(None);
        }
        if let Some(session) = self.state().writable.clone() {
            return Ok(Some(session));
        }
        let (guard, session) = match read.id() {
            // Nobody else knows an id that does not exist yet: no lock is needed.
            None => (None, self.session(None)),
            Some(id) => {
                let start = Instant::now();
                let guard = self.sessions.0.locks.lock(id, LOCK_WAIT).await;
                self.recording().took(start, What::Lock);
                let guard = guard.map_err(|error| match error {
                    NotLocked::Busy => SessionError::Busy,
                    NotLocked::Store(error) => self.store_error(error),
                })?;
                // Loaded afresh: what was read before the lock is another request's past.
                self.state().read_along = guard.shared().and_then(|lock| lock.loaded());
                let session = self.look().await?;
                if session.id().is_none() {
                    return Ok(None);
                }
                (Some(guard), session)
            }
        };
        let mut state = self.state();
        if state.closed {
            return Ok(None);
        }
        state.guard = guard;
        state.writable = Some(session.clone());
        Ok(Some(session))
    }

    /// Whether the lock is held: then the work is finished even if the visitor leaves.
    pub(super) fn holds_lock(&self) -> bool {
        self.state().guard.is_some()
    }

    /// The lock between processes that is held, if there are other processes.
    pub(super) fn shared_lock(&self) -> Option<Arc<dyn SharedLock>> {
        self.state().guard.as_ref()?.shared()
    }

    /// The first thing that went wrong, if anything did.
    pub(super) fn failure(&self) -> Option<SessionError> {
        self.state().failure.clone()
    }

    /// What happens is written down here.
    pub(super) fn recording(&self) -> &Recording {
        self.store.recording()
    }

    fn session(self: &Arc<Self>, id: Option<Id>) -> Session {
        Session::new(id, self.clone(), None)
    }

    /// tower-sessions turns every error of a store into text; the real one was noted.
    pub(super) fn checked<T>(
        &self,
        result: Result<T, tower_sessions::session::Error>,
    ) -> Result<T, SessionError> {
        result.map_err(|error| {
            let noted = self.failure();
            noted.unwrap_or_else(|| SessionError::Data(error.to_string()))
        })
    }

    pub(super) fn store_error(&self, error: StoreError) -> SessionError {
        let name = self.store.name();
        SessionError::Store { name, error }
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        self.sessions.0.clock.now()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the work when it is dropped: when it is done, after a panic, after giving up.
pub(super) struct CloseOnDrop(pub(super) Arc<UnitOfWork>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        state.guard = None;
        // The session holds us as its store: without this we would hold each other for ever.
        state.writable = None;
    }
}

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork")
            .field("id", &self.id.as_ref().map(masked))
            .finish_non_exhaustive()
    }
}
