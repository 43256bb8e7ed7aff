//! The visitor, as a handler sees him or her.

use super::{SessionError, masked, unit::UnitOfWork};
use crate::error::HttpError;
use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use std::{fmt, sync::Arc};
use tower_sessions::{Session, session::Id};

/// Whoever sent this request, with or without a session.
///
/// ```no_run
/// # use sweatbox::{error::HttpError, sessions::Visitor};
/// async fn visits(visitor: Visitor) -> Result<String, HttpError> {
///     // Under the lock and loaded afresh: two visits at once count as two.
///     let Some(session) = visitor.lock().await? else {
///         return Ok("your session has ended".into());
///     };
///     let visits = session.get::<u64>("visits").await?.unwrap_or(0) + 1;
///     session.insert("visits", visits).await?;
///     // Saved, and the lock released, once this answer is known to stand.
///     Ok(format!("visit {visits}"))
/// }
/// ```
#[derive(Clone)]
pub struct Visitor {
    unit: Arc<UnitOfWork>,
    read: Session,
}

impl Visitor {
    /// The value at `key` as it was when the request came, or `None`.
    ///
    /// # Errors
    /// When the value is of another type.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, SessionError> {
        let value = self.read.get(key).await;
        value.map_err(|error| SessionError::Data(error.to_string()))
    }

    /// Whether the visitor came with a session.
    pub fn has_session(&self) -> bool {
        self.read.id().is_some()
    }

    /// The session's id, for what else is kept of a session; never to be shown whole.
    pub fn session_id(&self) -> Option<Id> {
        self.read.id()
    }

    /// The start of that id, which may be shown.
    pub fn masked_id(&self) -> Option<String> {
        self.read.id().map(|id| masked(&id).to_string())
    }

    /// Takes the session's lock and looks again: the session for changing, as it is now.
    ///
    /// The lock is held until the session has been saved, after the handler; so never sleep
    /// between this and the answer. `None` means that nothing may be written: the session has
    /// ended since the request came, or a foreign page sent it.
    ///
    /// # Errors
    /// When the store fails, or the lock is not free in time.
    pub async fn lock(&self) -> Result<Option<Session>, SessionError> {
        self.unit.lock(&self.read).await
    }
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not derived: a session would show its whole id and its data.
        f.debug_struct("Visitor")
            .field("unit", &self.unit)
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        let unit = parts.extensions.get::<Arc<UnitOfWork>>().cloned();
        let unit = unit.ok_or_else(|| {
            HttpError::internal("this route takes a Visitor but has no session layer")
        })?;
        // Looked at before the handler starts: a session that ends while the handler sleeps
        // was there at this moment, and so is known to have ended.
        let read = unit.read().await?;
        Ok(Self { unit, read })
    }
}
