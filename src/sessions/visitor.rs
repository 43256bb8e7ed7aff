//! The visitor, as a handler sees him or her.

use super::{SessionError, unit::UnitOfWork};
use crate::error::HttpError;
use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tower_sessions::Session;

/// Whoever sent this request, with or without a session.
///
/// ```ignore
/// async fn visits(visitor: Visitor) -> Result<String, HttpError> {
///     let before: Option<u64> = visitor.get("visits").await?;   // no lock: only looks
///     if let Some(session) = visitor.lock().await? {            // locked, loaded afresh
///         session.insert("visits", before.unwrap_or(0) + 1).await?;
///     }                                                         // saved after the answer
///     Ok("counted".into())
/// }
/// ```
#[derive(Debug, Clone)]
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
