//! The sessions of this lesson: in memory, for an hour, and never more than a thousand.
//!
//! Kept apart from the copy's own, since some of what is done to them here is wrong on purpose.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use time::{Duration, OffsetDateTime};
use tower_sessions::session::Id;

/// So many visitors at once are a large class.
const MOST: usize = 1_000;
const LIFE: Duration = Duration::hours(1);

/// A session: who is logged in, if anybody, and how many slow pages were counted.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) id: Id,
    pub(super) name: Option<String>,
    pub(super) slow_pages: u64,
    began: OffsetDateTime,
}

impl Login {
    fn new(now: OffsetDateTime) -> Self {
        Self {
            id: Id::default(),
            name: None,
            slow_pages: 0,
            began: now,
        }
    }
}

/// All of them, the oldest first. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Logins(Arc<Mutex<VecDeque<Login>>>);

impl Logins {
    /// A session in which nobody is logged in.
    pub(super) fn begin(&self, now: OffsetDateTime) -> Login {
        let login = Login::new(now);
        self.overwrite(login.clone(), now);
        login
    }

    // ANCHOR: keep
    /// Logs in, in the session that the browser came with.
    pub(super) fn keep_id(&self, came: Option<Id>, name: String, now: OffsetDateTime) -> Login {
        let id = came.unwrap_or_else(|| self.begin(now).id);
        // Whoever else knows this id is logged in now, too.
        let known = self.change(id, now, |login| login.name = Some(name.clone()));
        known.unwrap_or_else(|| self.new_id(None, name, now))
    }
    // ANCHOR_END: keep

    // ANCHOR: new
    /// Logs in under an id that nobody can have known before.
    pub(super) fn new_id(&self, came: Option<Id>, name: String, now: OffsetDateTime) -> Login {
        // What the session holds moves on. The old id must not lead to it any more.
        let old = came.and_then(|id| self.end(id, now));
        let login = Login {
            id: Id::default(),
            name: Some(name),
            ..old.unwrap_or_else(|| Login::new(now))
        };
        self.overwrite(login.clone(), now);
        login
    }
    // ANCHOR_END: new

    /// The session `id` as it is now.
    pub(super) fn find(&self, id: Id, now: OffsetDateTime) -> Option<Login> {
        let logins = self.alive(now);
        logins.iter().find(|login| login.id == id).cloned()
    }

    /// Changes the session `id`, if it is still there.
    pub(super) fn change(
        &self,
        id: Id,
        now: OffsetDateTime,
        change: impl FnOnce(&mut Login),
    ) -> Option<Login> {
        let mut logins = self.alive(now);
        let login = logins.iter_mut().find(|login| login.id == id)?;
        change(login);
        Some(login.clone())
    }

    /// Puts a session in, whatever was there; `false` if there was none of its id.
    pub(super) fn overwrite(&self, login: Login, now: OffsetDateTime) -> bool {
        let mut logins = self.alive(now);
        if let Some(there) = logins.iter_mut().find(|there| there.id == login.id) {
            *there = login;
            return true;
        }
        logins.push_back(login);
        if logins.len() > MOST {
            logins.pop_front();
        }
        false
    }

    /// Ends the session `id`, and returns what was in it.
    pub(super) fn end(&self, id: Id, now: OffsetDateTime) -> Option<Login> {
        let mut logins = self.alive(now);
        let place = logins.iter().position(|login| login.id == id)?;
        logins.remove(place)
    }

    /// All that are not too old.
    fn alive(&self, now: OffsetDateTime) -> MutexGuard<'_, VecDeque<Login>> {
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logins.retain(|login| now - login.began < LIFE);
        logins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn name_under(logins: &Logins, id: Id) -> Option<String> {
        logins.find(id, NOW)?.name
    }

    #[test]
    fn with_the_old_id_the_attacker_is_logged_in_too_and_with_a_new_one_is_not() {
        let logins = Logins::default();
        let planted = logins.begin(NOW).id;
        assert_eq!(logins.keep_id(Some(planted), "Ann".into(), NOW).id, planted);
        assert_eq!(name_under(&logins, planted).as_deref(), Some("Ann"));

        let planted = logins.begin(NOW).id;
        let own = logins.new_id(Some(planted), "Ann".into(), NOW).id;
        assert!(logins.find(planted, NOW).is_none());
        assert_eq!(name_under(&logins, own).as_deref(), Some("Ann"));
    }

    #[test]
    fn an_id_that_is_not_in_the_table_is_never_taken_over() {
        let logins = Logins::default();
        let unknown = Id::default();
        for login in [Logins::keep_id, Logins::new_id] {
            assert_ne!(login(&logins, Some(unknown), "Ann".into(), NOW).id, unknown);
        }
        assert!(logins.find(unknown, NOW).is_none());
    }

    #[test]
    fn with_a_new_id_what_was_in_the_session_moves_on() {
        let logins = Logins::default();
        let old = logins.begin(NOW).id;
        logins.change(old, NOW, |login| login.slow_pages = 3);
        assert_eq!(logins.new_id(Some(old), "Ann".into(), NOW).slow_pages, 3);
    }

    #[test]
    fn a_thousand_are_kept_for_an_hour() {
        let logins = Logins::default();
        let [first, second] = [(); 2].map(|()| logins.begin(NOW).id);
        for _ in 1..MOST {
            logins.begin(NOW);
        }
        assert!(logins.find(first, NOW).is_none());
        assert!(logins.find(second, NOW).is_some());
        assert!(logins.find(second, NOW + LIFE).is_none());
    }
}
