//! The sessions of this lesson, in memory alone: a restart forgets them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// The most sessions at a time.
const MOST: usize = 1_000;
/// How long each of them lives.
const LIFE: Duration = Duration::HOUR;

/// All of them. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct HeaderSessions(Arc<Mutex<HashMap<String, Counter>>>);

struct Counter {
    ends: OffsetDateTime,
    count: u64,
}

impl HeaderSessions {
    // ANCHOR: bounded
    pub(super) fn begin(&self, id: String, now: OffsetDateTime) {
        let (ends, count) = (now + LIFE, 0);
        let mut known = self.known();
        known.retain(|_, session| session.ends > now);
        // Anybody may begin as many as he likes, so the memory for them needs a limit.
        if known.len() >= MOST {
            let oldest = known.iter().min_by_key(|(_, session)| session.ends);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                known.remove(&oldest);
            }
        }
        known.insert(id, Counter { ends, count });
    }
    // ANCHOR_END: bounded

    /// The count of the session `id`, after adding `step`.
    pub(super) fn count(&self, id: &str, step: u64, now: OffsetDateTime) -> Option<u64> {
        let mut known = self.known();
        let session = known.get_mut(id).filter(|session| session.ends > now)?;
        session.count += step;
        Some(session.count)
    }

    pub(super) fn end(&self, id: &str, now: OffsetDateTime) -> Option<()> {
        let ended = self.known().remove(id);
        ended.filter(|session| session.ends > now).map(|_| ())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Counter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn an_id_that_was_not_made_here_is_never_adopted() {
        let sessions = HeaderSessions::default();
        sessions.begin("a".into(), NOW);
        assert_eq!(sessions.count("b", 1, NOW), None);
        assert_eq!(sessions.count("b", 1, NOW), None);
        assert_eq!(sessions.count("a", 1, NOW), Some(1));
        assert_eq!(sessions.count("a", 0, NOW), Some(1));
    }

    #[test]
    fn a_session_ends_when_it_is_told_to_or_after_an_hour() {
        let sessions = HeaderSessions::default();
        sessions.begin("a".into(), NOW);
        sessions.begin("b".into(), NOW);
        assert_eq!(sessions.end("a", NOW), Some(()));
        assert_eq!(sessions.end("a", NOW), None);
        assert_eq!(sessions.count("b", 1, NOW + LIFE), None);
    }

    #[test]
    fn of_more_than_a_thousand_the_oldest_goes() {
        let sessions = HeaderSessions::default();
        for number in 0..=1_000 {
            sessions.begin(number.to_string(), NOW + Duration::seconds(number));
        }
        assert_eq!(sessions.known().len(), MOST);
        assert_eq!(sessions.count("0", 1, NOW), None);
        assert_eq!(sessions.count("1", 1, NOW), Some(1));
    }
}
