//! The store that a request's `tower_sessions::Session` sees: the unit of work.

use super::{
    SessionError,
    cookie::{self, Carried},
    expiry, record,
    stores::{Store, StoredSession},
    unit::{Found, UnitOfWork, masked},
};
use crate::xray::What;
use async_trait::async_trait;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

#[async_trait]
impl SessionStore for UnitOfWork {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // Always a fresh id: after `flush` tower-sessions would use the old one again.
        record.id = Id::default();
        let stored = self.stored(record).map_err(|error| self.fail(error))?;
        loop {
            let created = self.store.create(&record.id, &stored);
            let created = self.patience.wait_for(created).await;
            if created.map_err(|error| self.fail(self.store_error(error)))? {
                break;
            }
            record.id = Id::default();
        }
        self.recording.data(What::After, &stored.data);
        self.state().written = Some(stored.expiry);
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let stored = self.stored(record).map_err(|error| self.fail(error))?;
        let saved = async {
            match self.shared_lock() {
                Some(lock) => self.store.save_locked(&*lock, &record.id, &stored).await,
                None => self.store.save(&record.id, &stored).await,
            }
        };
        let saved = self.patience.wait_for(saved).await;
        let saved = saved.map_err(|error| self.fail(self.store_error(error)))?;
        if saved {
            self.recording.data(What::After, &stored.data);
        }
        let mut state = self.state();
        state.vanished = !saved;
        state.written = Some(stored.expiry);
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        if self.sessions.0.dead().contains(id) {
            return Ok(None);
        }
        let stored = self.patience.wait_for(self.store.load(id)).await;
        let stored = stored.map_err(|error| self.fail(self.store_error(error)))?;
        let Some(stored) = stored.filter(|stored| stored.expiry > self.now()) else {
            return Ok(None);
        };
        self.recording.data(What::Before, &stored.data);
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

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut state = self.state();
        state.ended |= self.id == Some(*id);
        Ok(())
    }
}

impl UnitOfWork {
    /// What is to be stored of `record`. A session that was there keeps its beginning, under a
    /// new id, too: logging in again and again does not outlive the absolute limit.
    fn stored(&self, record: &Record) -> std::result::Result<StoredSession, SessionError> {
        let now = self.now();
        let created = self.state().found.map_or(now, |found| found.created);
        let data = record::encode(created, &record.data)
            .map_err(|error| SessionError::Data(error.to_string()))?;
        if data.len() > record::MAX_BYTES {
            let (bytes, limit) = (data.len(), record::MAX_BYTES);
            return Err(SessionError::TooLarge { bytes, limit });
        }
        let expiry = expiry::expiry(created, now);
        let stored = StoredSession { data, expiry };
        if self.in_cookie.is_some() {
            let carried = Carried {
                id: record.id,
                session: Some(stored.clone()),
            };
            let (bytes, limit) = (self.sessions.0.cookie.length(&carried), cookie::MAX_BYTES);
            if bytes > limit {
                return Err(SessionError::TooLarge { bytes, limit });
            }
        }
        Ok(stored)
    }

    /// Notes a failure for the layer, and gives tower-sessions the text that it wants.
    fn fail(&self, error: SessionError) -> Error {
        let text = error.to_string();
        self.state().failure.get_or_insert(error);
        Error::Backend(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        config::Tenancy,
        identity::{Identity, InstallKey, Port},
        sessions::{
            Sessions,
            stores::{MemoryStore, StoreResult},
        },
        xray::Recording,
    };
    use std::{future::pending, sync::Arc};

    #[tokio::test(start_paused = true)]
    async fn whoever_has_lost_all_patience_with_the_store_loads_nothing_from_it() {
        let key = InstallKey::random().unwrap();
        let identity = Identity::derive(Port::new(4000).unwrap(), &key);
        let store = Arc::new(MemoryStore::new());
        let sessions = Sessions::new(store, &identity, Clock::system(), Tenancy::Alone);
        let work = UnitOfWork::new(sessions, None, false, Recording::off());
        assert!(work.load(&Id::default()).await.is_ok());
        let slow = work.patience.wait_for(pending::<StoreResult<()>>()).await;
        assert!(slow.is_err());
        assert!(work.load(&Id::default()).await.is_err());
    }
}
