//! One part of the memory: what is remembered, and which questions are under way.
//!
//! Whatever is remembered was, at some moment of the last 100 ms, what the store had. So an
//! answer that was overtaken by a write to the same session is thrown away: nobody can tell
//! whether the store gave it before the write or after.

use super::StoredSession;
use crate::sessions::by_id::ById;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;
use tower_sessions::session::Id;

/// How long a session is remembered. Nobody reloads a page faster than this.
pub(super) const MEMORY: Duration = Duration::from_millis(100);
/// What a session takes besides its data, roughly.
const OVERHEAD: usize = 200;

/// A part of the memory, for some of the sessions.
pub(super) struct Shard {
    remembered: ById<Remembered>,
    /// The same, the oldest first; what was replaced or forgotten is still among it.
    order: VecDeque<(Id, Instant)>,
    bytes: usize,
    /// The most that `bytes` may be, and the most that `order` may hold.
    room: usize,
    places: usize,
    under_way: ById<UnderWay>,
}

/// A session as the store had it at some moment after `since`.
pub(super) struct Remembered {
    pub(super) session: StoredSession,
    pub(super) since: Instant,
}

/// The questions about one session that were not answered yet.
#[derive(Default)]
struct UnderWay {
    questions: usize,
    writes: usize,
    /// Counts how often a write began or ended.
    changes: u64,
}

/// A question that is under way.
pub(super) struct Ticket {
    pub(super) id: Id,
    pub(super) began: Instant,
    writes: bool,
    changes: u64,
}

impl Remembered {
    fn is_fresh(&self, now: Instant) -> bool {
        now.duration_since(self.since) < MEMORY
    }

    fn bytes(&self) -> usize {
        self.session.data.len() + OVERHEAD
    }
}

impl Shard {
    /// Remembers nothing yet, and never more than so many bytes and sessions.
    pub(super) fn bounded(room: usize, places: usize) -> Self {
        Self {
            remembered: ById::default(),
            order: VecDeque::new(),
            bytes: 0,
            room,
            places,
            under_way: ById::default(),
        }
    }

    /// The session, if it was read or written less than [`MEMORY`] ago.
    pub(super) fn recall(&self, id: &Id, now: Instant) -> Option<StoredSession> {
        let found = self.remembered.get(id)?;
        found.is_fresh(now).then(|| found.session.clone())
    }

    /// A question begins that changes nothing.
    pub(super) fn begin_read(&mut self, id: Id, now: Instant) -> Ticket {
        self.begin(id, now, false)
    }

    /// A question begins that changes the session, which is not remembered until it is answered;
    /// returns how it was remembered.
    pub(super) fn begin_write(&mut self, id: Id, now: Instant) -> (Ticket, Option<Remembered>) {
        (self.begin(id, now, true), self.forget(&id))
    }

    fn begin(&mut self, id: Id, began: Instant, writes: bool) -> Ticket {
        let under_way = self.under_way.entry(id).or_default();
        under_way.questions += 1;
        under_way.writes += usize::from(writes);
        under_way.changes += u64::from(writes);
        Ticket {
            id,
            began,
            writes,
            changes: under_way.changes,
        }
    }

    /// A question ends, however it does; whether what it has learnt holds: no write but its own
    /// was under way at any time since it began.
    pub(super) fn end(&mut self, ticket: &Ticket) -> bool {
        let Some(under_way) = self.under_way.get_mut(&ticket.id) else {
            return false;
        };
        under_way.questions -= 1;
        under_way.writes -= usize::from(ticket.writes);
        let holds = under_way.changes == ticket.changes && under_way.writes == 0;
        under_way.changes += u64::from(ticket.writes);
        if under_way.questions == 0 {
            self.under_way.remove(&ticket.id);
        }
        holds
    }

    /// Remembers a session, and drops the oldest ones where there is no room.
    pub(super) fn remember(&mut self, id: Id, learnt: Remembered, now: Instant) {
        self.drop_stale(now);
        let known = self.remembered.get(&id);
        let newer = known.is_some_and(|known| known.since > learnt.since);
        if newer || learnt.bytes() > self.room {
            return;
        }
        self.forget(&id);
        self.bytes += learnt.bytes();
        self.order.push_back((id, learnt.since));
        self.remembered.insert(id, learnt);
        while self.bytes > self.room || self.order.len() > self.places {
            self.drop_oldest();
        }
    }

    /// Drops what is not remembered any longer, and the room that it took.
    pub(super) fn tidy(&mut self, now: Instant) {
        self.drop_stale(now);
        self.remembered.shrink_to_fit();
        self.order.shrink_to_fit();
        self.under_way.shrink_to_fit();
    }

    /// Forgets all sessions, and what is being learnt of them.
    pub(super) fn forget_all(&mut self) {
        self.remembered.clear();
        self.order.clear();
        self.bytes = 0;
        for under_way in self.under_way.values_mut() {
            under_way.changes += 1;
        }
    }

    /// How many sessions are remembered, with how many bytes.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.remembered.len(), self.bytes)
    }

    fn forget(&mut self, id: &Id) -> Option<Remembered> {
        let forgotten = self.remembered.remove(id)?;
        self.bytes -= forgotten.bytes();
        Some(forgotten)
    }

    fn drop_stale(&mut self, now: Instant) {
        while let Some((_, since)) = self.order.front()
            && now.duration_since(*since) >= MEMORY
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some((id, since)) = self.order.pop_front() else {
            return;
        };
        // Learnt anew in the meantime, it stands further behind as well.
        if self
            .remembered
            .get(&id)
            .is_some_and(|known| known.since == since)
        {
            self.forget(&id);
        }
    }
}
