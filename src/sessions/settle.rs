//! After the handler: what it changed is written, and the browser is told.

use super::{
    SessionError,
    cookie::Carried,
    stores::Store,
    unit::{Told, UnitOfWork},
};
use axum::http::HeaderValue;
use std::{sync::Arc, time::Duration};
use tower_sessions::session::Id;

/// How often, and how long apart, the removal of an old record is tried again.
const DELETE_TRIES: u32 = 20;
const DELETE_PAUSE: Duration = Duration::from_millis(500);

impl UnitOfWork {
    /// Whether nothing is to be written, and nothing to be told.
    pub(super) fn is_settled(&self) -> bool {
        let state = self.state();
        state.failure.is_none() && state.writable.is_none() && !state.extended
    }

    /// Writes what the handler changed. Returns the `Set-Cookie` that tells the browser.
    pub(super) async fn settle(self: &Arc<Self>) -> Result<Option<HeaderValue>, SessionError> {
        let (writable, ended) = {
            let state = self.state();
            (state.writable.clone(), state.ended)
        };
        // ANCHOR: settle
        match (writable, self.id) {
            (Some(session), id) if session.is_empty().await => {
                let Some(id) = id.filter(|_| ended) else {
                    return Ok(None);
                };
                self.delete(&id).await?;
                // Only the request that ended the session says so: any other one might wipe
                // out the cookie of a session that began in the meantime.
                self.state().told = Some(Told::Ended);
                Ok(Some(self.sessions.0.cookie.removal()))
            }
            (Some(session), id) if session.is_modified() => {
                self.checked(session.save().await)?;
                if let Some(old) = id.filter(|_| ended) {
                    self.delete_surely(old).await;
                }
                Ok(self.set_cookie(session.id()))
            }
            (_, Some(id)) if self.state().extended => self.extend_cookie(id).await,
            _ => Ok(None),
        }
        // ANCHOR_END: settle
    }

    /// The session was read and its expiry moved: the cookie is to live as long. Looked at once
    /// more, because the session may have ended or changed its id while the handler was at work,
    /// and a cookie with the old id would take the place of the new one.
    async fn extend_cookie(self: &Arc<Self>, id: Id) -> Result<Option<HeaderValue>, SessionError> {
        let now_there = self.look().await?.id();
        Ok(now_there.and_then(|_| self.set_cookie(Some(id))))
    }

    fn set_cookie(&self, id: Option<Id>) -> Option<HeaderValue> {
        let mut state = self.state();
        if state.vanished {
            return None;
        }
        let left = state.written? - self.now();
        let left = time::Duration::seconds(left.as_seconds_f64().round() as i64);
        let session = self.in_cookie.as_ref().and_then(|own| own.session());
        let id = id?;
        state.told = Some(Told::GoesOn(id));
        let carried = Carried { id, session };
        Some(self.sessions.0.cookie.set(&carried, left))
    }

    async fn delete(&self, id: &Id) -> Result<(), SessionError> {
        let done = self.patience.wait_for(self.store.delete(id)).await;
        done.map_err(|error| self.store_error(error))
    }

    /// Removes the record of an id that was exchanged. The new record is safe by now, so the
    /// visitor is to get the new cookie, whatever the store says: with an error and the old
    /// cookie, a removal that comes through late would leave him or her with no session.
    async fn delete_surely(self: &Arc<Self>, id: Id) {
        let Err(error) = self.delete(&id).await else {
            return;
        };
        tracing::warn!(%error, "an exchanged id is not removed yet; trying again");
        // Until then it is dead here, whatever the store says: nobody brings it back to life.
        self.sessions.0.dead().insert(id);
        let unit = self.clone();
        self.sessions.0.orphans.spawn(async move {
            for _ in 0..DELETE_TRIES {
                tokio::time::sleep(DELETE_PAUSE).await;
                // With new patience: nobody waits any more.
                if unit.sessions.0.store.delete(&id).await.is_ok() {
                    unit.sessions.0.dead().remove(&id);
                    return;
                }
            }
            tracing::error!("an exchanged id was not removed from the store");
        });
    }
}
