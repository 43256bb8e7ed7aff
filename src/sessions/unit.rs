//! One request's dealings with its session: a unit of work.
//!
//! `tower_sessions::Session` wants to delete at once when a handler calls `flush` or
//! `cycle_id`. Here that is only noted: the answer may still turn out to be an error, and then
//! the session has to be as it was. Everything is written in [`settle`](UnitOfWork::settle).

use super::{SessionError, Sessions, expiry, lock::SessionGuard, record, stores::StoredSession};
use async_trait::async_trait;
use axum::http::HeaderValue;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use time::OffsetDateTime;
use tower_sessions::{
    Session, SessionStore,
    session::{Id, Record},
    session_store,
};

/// How long a request waits for the lock of its session.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// The session of one request, from its first look to its last write.
pub(super) struct UnitOfWork {
    sessions: Sessions,
    /// The id in the cookie; `None` without one, and for a foreign page's request.
    id: Option<Id>,
    /// Whether anything may be written at all.
    foreign: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The record as it was found: when it began and when it is to expire.
    found: Option<Found>,
    /// The session that the handler may change. Its lock is held, or nobody else knows it.
    writable: Option<Session>,
    guard: Option<SessionGuard>,
    /// The handler ended the session or changed its id; the record still has to go.
    ended: bool,
    /// The record was gone when we wanted to overwrite it.
    vanished: bool,
    /// The expiry that was written last.
    written: Option<OffsetDateTime>,
    failure: Option<SessionError>,
}

#[derive(Clone, Copy)]
struct Found {
    created: OffsetDateTime,
    expiry: OffsetDateTime,
}

impl UnitOfWork {
    pub(super) fn new(sessions: Sessions, id: Option<Id>, foreign: bool) -> Self {
        Self {
            sessions,
            id,
            foreign,
            state: Mutex::default(),
        }
    }

    /// The session as it is now, for reading.
    pub(super) async fn read(self: &Arc<Self>) -> Result<Session, SessionError> {
        let session = self.session(self.id);
        // Any access makes tower-sessions load the record; one that is not there (any more)
        // leaves the session without an id.
        self.checked(session.get_value("").await)?;
        Ok(session)
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
        let session = match read.id() {
            // Nobody else knows an id that does not exist yet: no lock is needed.
            None => self.session(None),
            Some(id) => {
                let guard = self.sessions.0.locks.lock(id);
                let guard = tokio::time::timeout(LOCK_WAIT, guard).await;
                self.state().guard = Some(guard.map_err(|_| SessionError::Busy)?);
                // Loaded afresh: what was read before the lock is another request's past.
                let session = self.read().await?;
                if session.id().is_none() {
                    return Ok(None);
                }
                session
            }
        };
        self.state().writable = Some(session.clone());
        Ok(Some(session))
    }

    /// Whether the lock is held: then the work is finished even if the visitor leaves.
    pub(super) fn holds_lock(&self) -> bool {
        self.state().guard.is_some()
    }

    /// Releases the lock, after everything was written or given up.
    fn release(&self) {
        let mut state = self.state();
        state.guard = None;
        // The session holds us as its store: without this we would hold each other for ever.
        state.writable = None;
    }

    /// The first thing that went wrong, if anything did.
    pub(super) fn failure(&self) -> Option<SessionError> {
        self.state().failure.clone()
    }

    /// Writes what the handler changed. Returns the `Set-Cookie` that tells the browser.
    pub(super) async fn settle(&self) -> Result<Option<HeaderValue>, SessionError> {
        let (writable, ended) = {
            let state = self.state();
            (state.writable.clone(), state.ended)
        };
        let cookie = &self.sessions.0.cookie;
        match writable {
            Some(session) if session.is_empty().await => {
                self.delete_ended().await?;
                // Only the request that ended the session says so: any other one might wipe
                // out the cookie of a session that began in the meantime.
                Ok(ended.then(|| cookie.removal()))
            }
            Some(session) if session.is_modified() => {
                self.checked(session.save().await)?;
                // After the new record is safe: if this fails, the old one is still good.
                self.delete_ended().await?;
                Ok(self.set_cookie(session.id()))
            }
            _ => self.extend().await,
        }
    }

    /// Moves the expiry of a session that was read, at most once a minute.
    async fn extend(&self) -> Result<Option<HeaderValue>, SessionError> {
        let now = self.now();
        let (Some(id), Some(found)) = (self.id, self.state().found) else {
            return Ok(None);
        };
        let Some(later) = expiry::extension(found.created, found.expiry, now) else {
            return Ok(None);
        };
        let still_there = self.sessions.0.store.touch(&id, later).await;
        if !still_there.map_err(|error| self.store_error(error))? {
            return Ok(None);
        }
        self.state().written = Some(later);
        Ok(self.set_cookie(Some(id)))
    }

    fn set_cookie(&self, id: Option<Id>) -> Option<HeaderValue> {
        let state = self.state();
        if state.vanished {
            return None;
        }
        let left = state.written? - self.now();
        let left = time::Duration::seconds(left.as_seconds_f64().round() as i64);
        Some(self.sessions.0.cookie.set(id?, left))
    }

    async fn delete_ended(&self) -> Result<(), SessionError> {
        match self.id {
            Some(id) if self.state().ended => {
                let done = self.sessions.0.store.delete(&id).await;
                done.map_err(|error| self.store_error(error))
            }
            _ => Ok(()),
        }
    }

    fn session(self: &Arc<Self>, id: Option<Id>) -> Session {
        Session::new(id, self.clone(), None)
    }

    /// tower-sessions turns every error of a store into text; the real one was noted.
    fn checked<T>(
        &self,
        result: Result<T, tower_sessions::session::Error>,
    ) -> Result<T, SessionError> {
        result.map_err(|error| {
            let noted = self.failure();
            noted.unwrap_or_else(|| SessionError::Data(error.to_string()))
        })
    }

    fn store_error(&self, error: super::stores::StoreError) -> SessionError {
        let name = self.sessions.0.store.name();
        SessionError::Store { name, error }
    }

    /// Notes a failure for the layer, and gives tower-sessions the text that it wants.
    fn fail(&self, error: SessionError) -> session_store::Error {
        let text = error.to_string();
        self.state().failure.get_or_insert(error);
        session_store::Error::Backend(text)
    }

    /// What is to be stored of `record`: a session that was there keeps its beginning, under a
    /// new id, too, so that logging in again and again does not outlive the absolute limit.
    fn stored(&self, record: &Record) -> Result<StoredSession, SessionError> {
        let now = self.now();
        let created = self.state().found.map_or(now, |found| found.created);
        let data = record::encode(created, &record.data)
            .map_err(|error| SessionError::Data(error.to_string()))?;
        if data.len() > record::MAX_BYTES {
            return Err(SessionError::TooLarge { bytes: data.len() });
        }
        let expiry = expiry::expiry(created, now);
        Ok(StoredSession { data, expiry })
    }

    fn now(&self) -> OffsetDateTime {
        self.sessions.0.clock.now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Releases a session when it is dropped: after the work, after a panic, after giving up.
pub(super) struct ReleaseOnDrop(pub(super) Arc<UnitOfWork>);

impl Drop for ReleaseOnDrop {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// The store that this request's `Session` sees.
#[async_trait]
impl SessionStore for UnitOfWork {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let stored = self.stored(record).map_err(|error| self.fail(error))?;
        loop {
            // Always a fresh id: after `flush` tower-sessions would use the old one again.
            record.id = Id::default();
            let created = self.sessions.0.store.create(&record.id, &stored).await;
            if created.map_err(|error| self.fail(self.store_error(error)))? {
                break;
            }
        }
        self.state().written = Some(stored.expiry);
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let stored = self.stored(record).map_err(|error| self.fail(error))?;
        let saved = self.sessions.0.store.save(&record.id, &stored).await;
        let saved = saved.map_err(|error| self.fail(self.store_error(error)))?;
        let mut state = self.state();
        state.vanished = !saved;
        state.written = Some(stored.expiry);
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let stored = self.sessions.0.store.load(id).await;
        let stored = stored.map_err(|error| self.fail(self.store_error(error)))?;
        let Some(stored) = stored.filter(|stored| stored.expiry > self.now()) else {
            return Ok(None);
        };
        let Some((created, data)) = record::decode(&stored.data) else {
            tracing::warn!(session = %masked(id), "an unreadable record counts as none");
            return Ok(None);
        };
        let expiry_date = stored.expiry;
        self.state().found = Some(Found {
            created,
            expiry: expiry_date,
        });
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let mut state = self.state();
        state.ended |= self.id == Some(*id);
        Ok(())
    }
}

/// The first four characters: enough to tell sessions apart in a log, too few to use one.
pub(super) fn masked(id: &Id) -> String {
    let text = id.to_string();
    format!("{}…", &text[..4])
}

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork")
            .field("id", &self.id.as_ref().map(masked))
            .finish_non_exhaustive()
    }
}
