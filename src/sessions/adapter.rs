//! The store that a request's `tower_sessions::Session` sees: the unit of work.

use super::{
    SessionError,
    cookie::{self, Carried},
    expiry, masked, record,
    stores::{Store, StoredSession},
    unit::{Found, UnitOfWork},
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
        self.recording().data(What::After, &stored.data);
        let mut state = self.state();
        state.written = Some(stored.expiry);
        state.version = Some(stored.version);
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let stored = self.stored(record).map_err(|error| self.fail(error))?;
        let saved = self.overwrite(&record.id, &stored).await;
        let saved = saved.map_err(|error| self.fail(error))?;
        if saved {
            self.recording().data(What::After, &stored.data);
        }
        let mut state = self.state();
        state.vanished = !saved;
        state.written = Some(stored.expiry);
        state.version = Some(stored.version);
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        if self.sessions.0.dead().contains(id) {
            return Ok(None);
        }
        let read_along = self.state().read_along.take();
        let stored = match read_along {
            Some(stored) => {
                self.store.read_along(stored.as_ref());
                stored
            }
            None => {
                let stored = self.patience.wait_for(self.store.load(id)).await;
                stored.map_err(|error| self.fail(self.store_error(error)))?
            }
        };
        let Some(stored) = stored.filter(|stored| stored.expiry > self.now()) else {
            return Ok(None);
        };
        self.recording().data(What::Before, &stored.data);
        let Some((created, data)) = record::decode(&stored.data) else {
            tracing::warn!(session = %masked(id), "an unreadable record counts as none");
            return Ok(None);
        };
        let expiry_date = stored.expiry;
        let mut state = self.state();
        state.version = Some(stored.version);
        state.found = Some(Found {
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
        let stored = StoredSession::new(data, expiry);
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

    /// Writes a session over the version that it was made from; `false` when it is gone.
    async fn overwrite(
        &self,
        id: &Id,
        stored: &StoredSession,
    ) -> std::result::Result<bool, SessionError> {
        let over = self.state().version.unwrap_or(stored.version);
        let saved = async {
            match self.shared_lock() {
                Some(lock) => self.store.save_locked(&*lock, id, stored, over).await,
                None => self.store.save(id, stored, over).await,
            }
        };
        let saved = self.patience.wait_for(saved).await;
        if saved.map_err(|error| self.store_error(error))? {
            return Ok(true);
        }
        let there = self.patience.wait_for(self.store.load(id)).await;
        let there = there.map_err(|error| self.store_error(error))?;
        // Under our lock only a change can have come between that had been given up.
        match there.is_some_and(|there| there.expiry > self.now()) {
            true => Err(SessionError::Overtaken),
            false => Ok(false),
        }
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
    use std::{collections::HashMap, future::pending, sync::Arc};
    use time::OffsetDateTime;

    fn work_on(store: Arc<MemoryStore>) -> UnitOfWork {
        let key = InstallKey::random().unwrap();
        let identity = Identity::derive(Port::new(4000).unwrap(), &key);
        let sessions = Sessions::new(store, &identity, Clock::system(), Tenancy::Alone);
        UnitOfWork::new(sessions, None, false, Recording::off())
    }

    /// A session that this unit has begun.
    async fn begun_by(work: &UnitOfWork) -> Record {
        let mut record = Record {
            id: Id::default(),
            data: HashMap::new(),
            expiry_date: OffsetDateTime::UNIX_EPOCH,
        };
        work.create(&mut record).await.unwrap();
        record
    }

    #[tokio::test]
    async fn a_save_that_was_overtaken_is_refused_and_writes_nothing() {
        let store = Arc::new(MemoryStore::new());
        let work = work_on(store.clone());
        let record = begun_by(&work).await;
        // Each over the one before.
        work.save(&record).await.unwrap();
        work.save(&record).await.unwrap();
        let known = store.load(&record.id).await.unwrap().unwrap();
        let late = StoredSession::new(b"late".to_vec(), known.expiry);
        assert!(store.save(&record.id, &late, known.version).await.unwrap());

        assert!(work.save(&record).await.is_err());
        assert!(matches!(work.failure(), Some(SessionError::Overtaken)));
        assert_eq!(store.load(&record.id).await.unwrap(), Some(late));
    }

    #[tokio::test]
    async fn a_save_of_a_session_that_is_gone_is_no_failure_and_does_not_bring_it_back() {
        let store = Arc::new(MemoryStore::new());
        let work = work_on(store.clone());
        let record = begun_by(&work).await;
        store.delete(&record.id).await.unwrap();
        work.save(&record).await.unwrap();
        assert!(work.failure().is_none());
        assert!(work.state().vanished);
        assert_eq!(store.load(&record.id).await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_has_lost_all_patience_with_the_store_loads_nothing_from_it() {
        let work = work_on(Arc::new(MemoryStore::new()));
        assert!(work.load(&Id::default()).await.is_ok());
        let slow = work.patience.wait_for(pending::<StoreResult<()>>()).await;
        assert!(slow.is_err());
        assert!(work.load(&Id::default()).await.is_err());
    }
}
