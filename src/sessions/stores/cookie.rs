//! The visitor's browser as a store: the session itself travels in the cookie.
//!
//! Nothing is kept here, so nothing can be lost here, and a hundred servers need not share
//! anything. The price: at most 4,096 bytes; the browser sends them with every request; and
//! whoever keeps an old cookie has the old session. Nobody can end a cookie that was copied,
//! and of two changes at once the later answer wins.

use super::{
    About, Listed, Store, StoreError, StoreResult, StoredSession, Tenancy, Version, Words,
};
use crate::config::CookieForm;
use async_trait::async_trait;
use std::{
    fmt,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// What one request's cookie holds, until the answer takes it along. The store of the whole
/// copy is an empty one.
pub struct CookieStore {
    form: CookieForm,
    held: Mutex<Option<(Id, StoredSession)>>,
}

impl CookieStore {
    /// What came with a request: a session, or none.
    pub fn new(form: CookieForm, held: Option<(Id, StoredSession)>) -> Self {
        let held = Mutex::new(held);
        Self { form, held }
    }

    /// The session that is to travel on.
    pub fn session(&self) -> Option<StoredSession> {
        self.held().as_ref().map(|(_, session)| session.clone())
    }

    fn held(&self) -> MutexGuard<'_, Option<(Id, StoredSession)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the session, if it is the one that is held.
    fn change(&self, id: &Id, change: impl FnOnce(&mut StoredSession)) -> bool {
        let mut held = self.held();
        let held = held.as_mut().filter(|(other, _)| other == id);
        held.map(|(_, session)| change(session)).is_some()
    }
}

#[async_trait]
impl Store for CookieStore {
    fn name(&self) -> &'static str {
        "cookie"
    }

    fn words(&self) -> &Words {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            Words::new([
                "put into the cookie",
                "taken from the cookie",
                "put into the cookie",
                "new expiry into the cookie",
                "left out of the cookie",
            ])
        });
        &WORDS
    }

    fn in_cookie(&self) -> Option<CookieForm> {
        Some(self.form)
    }

    async fn inspect(&self) -> StoreResult<bool> {
        Ok(true)
    }

    async fn about(&self) -> StoreResult<About> {
        Ok(About {
            version: "the visitors' browsers".into(),
            clock: None,
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        Ok(())
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        // An old one, whose id was exchanged, is forgotten by being overwritten.
        *self.held() = Some((*id, session.clone()));
        Ok(true)
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let held = self.held().clone();
        Ok(held
            .filter(|(other, _)| other == id)
            .map(|(_, session)| session))
    }

    /// Whatever the version: this is one request's own, and nobody else changes it.
    async fn save(&self, id: &Id, session: &StoredSession, _: Version) -> StoreResult<bool> {
        Ok(self.change(id, |held| *held = session.clone()))
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        Ok(self.change(id, |held| held.expiry = expiry))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.held().take_if(|(other, _)| other == id);
        Ok(())
    }

    async fn purge(&self, _: OffsetDateTime, _: u32) -> StoreResult<u64> {
        // Browsers throw away what has expired.
        Ok(0)
    }

    async fn count(&self) -> StoreResult<u64> {
        Err(nobody_knows())
    }

    async fn list(&self, _: &str, _: u32) -> StoreResult<Vec<Listed>> {
        Err(nobody_knows())
    }

    async fn claim(&self, _: Tenancy) -> StoreResult<bool> {
        // Every process is as good as any other.
        Ok(true)
    }

    async fn ping(&self) -> StoreResult<()> {
        Ok(())
    }

    async fn close(&self) {}
}

fn nobody_knows() -> StoreError {
    StoreError::refused(
        "the sessions lie in the visitors' browsers, and nobody can count them there",
        "choose another --store to look after sessions",
    )
}

impl fmt::Debug for CookieStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CookieStore({:?})", self.form)
    }
}
