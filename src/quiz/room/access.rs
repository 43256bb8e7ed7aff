//! Who may come in: logins, sessions, and the one session that an attempt belongs to.

use super::{CandidateId, Denied, Room, Session};
use crate::quiz::{
    attempt::uuid,
    bank::Roster,
    limits::{CANDIDATES, SESSIONS, SESSIONS_EACH},
    name::Name,
    pin::NOBODY,
};
use rand::Rng;
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

/// How long a session lives after its last request.
pub(super) const LIFE: Duration = Duration::hours(12);

/// What a login has to do before anybody is let in.
#[derive(Debug)]
pub(in crate::quiz) enum Knock {
    /// Wait: too many pins were wrong.
    Wait(Duration),
    /// Compare the pin with this hash. An unknown name is compared as well, in vain: the time
    /// that it takes does not tell who is on the list.
    Compare { hash: SecretString, known: bool },
    /// Make a hash of the pin: the name is new, and the pin becomes its pin.
    Set,
    /// Give up: there is no room for a further name.
    Full,
}

/// How a login came out after its pin was looked at.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::quiz) enum Entry {
    /// With this session.
    Admitted(String),
    /// Somebody else has set the pin of this name in the meantime.
    Taken,
    /// There is no room for a further name.
    NamesFull,
    /// There is no room for a further session.
    SessionsFull,
}

impl Room {
    /// Begins a login. Unless it is to wait or to give up, it is ended by [`admit`](Self::admit),
    /// [`enrol`](Self::enrol), [`wrong`](Self::wrong) or, the pin unseen,
    /// [`unchecked`](Self::unchecked).
    pub(in crate::quiz) fn knock(&mut self, name: &Name, now: OffsetDateTime) -> Knock {
        if let Err(wait) = self.throttle.admit(name, now) {
            return Knock::Wait(wait);
        }
        if let Some(&candidate) = self.names.get(name) {
            let hash = self.of(candidate).pin_hash.clone();
            return Knock::Compare { hash, known: true };
        }
        match self.bank.roster {
            Roster::Listed(_) => Knock::Compare {
                hash: NOBODY.into(),
                known: false,
            },
            Roster::Open if self.candidates.len() >= CANDIDATES => {
                self.throttle.take_back(name, now);
                Knock::Full
            }
            Roster::Open => Knock::Set,
        }
    }

    /// The pin was wrong.
    pub(in crate::quiz) fn wrong(&mut self, name: &Name, now: OffsetDateTime) {
        self.throttle.failed(name, now);
    }

    /// The pin could not be looked at: this was no failure.
    pub(in crate::quiz) fn unchecked(&mut self, name: &Name, now: OffsetDateTime) {
        self.throttle.take_back(name, now);
    }

    /// The pin was right.
    pub(in crate::quiz) fn admit(
        &mut self,
        name: &Name,
        now: OffsetDateTime,
        rng: &mut impl Rng,
    ) -> Entry {
        self.throttle.forgive(name);
        let candidate = self.names.get(name).copied();
        let session = candidate.and_then(|candidate| self.open_session(candidate, now, rng));
        session.map_or(Entry::SessionsFull, Entry::Admitted)
    }

    /// The name is new, and this is its pin from now on. Where it cannot be, no pin was wrong:
    /// the try does not count as a failure.
    pub(in crate::quiz) fn enrol(
        &mut self,
        name: &Name,
        pin_hash: SecretString,
        now: OffsetDateTime,
        rng: &mut impl Rng,
    ) -> Entry {
        if self.names.contains_key(name) {
            self.throttle.take_back(name, now);
            return Entry::Taken;
        }
        if self.candidates.len() >= CANDIDATES {
            self.throttle.take_back(name, now);
            return Entry::NamesFull;
        }
        self.add(name.clone(), pin_hash);
        self.admit(name, now, rng)
    }

    /// Whether this session is somebody's.
    pub(in crate::quiz) fn knows(&mut self, id: &str, now: OffsetDateTime) -> Result<(), Denied> {
        self.whose(id, now).map(|_| ())
    }

    /// Whose session this is.
    fn whose(&mut self, id: &str, now: OffsetDateTime) -> Result<CandidateId, Denied> {
        let session = self.sessions.get_mut(id).ok_or(Denied::Unknown)?;
        if session.ends <= now {
            self.sessions.remove(id);
            return Err(Denied::Unknown);
        }
        session.ends = now + LIFE;
        Ok(session.candidate)
    }

    /// Whose session this is, if the running attempt belongs to it. An attempt whose session
    /// has ended, or that the proctor has released, goes to the first one that asks.
    pub(super) fn admitted(
        &mut self,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<CandidateId, Denied> {
        self.settle(now);
        let who = self.whose(id, now)?;
        let candidate = self.of(who);
        if candidate.running().is_none() || candidate.holder.as_deref() == Some(id) {
            return Ok(who);
        }
        let holder = candidate.holder.as_ref();
        let holder = holder.and_then(|holder| self.sessions.get(holder));
        if holder.is_some_and(|holder| holder.ends > now) {
            return Err(Denied::Elsewhere);
        }
        self.of_mut(who).holder = Some(id.to_owned());
        self.news.taken_over.push(who);
        Ok(who)
    }

    /// Frees a running attempt from its session; whether there was one.
    pub(in crate::quiz) fn release(&mut self, name: &Name, now: OffsetDateTime) -> bool {
        self.settle(now);
        let Some(&candidate) = self.names.get(name) else {
            return false;
        };
        let candidate = self.of_mut(candidate);
        let runs = candidate.running().is_some();
        if runs {
            candidate.holder = None;
        }
        runs
    }

    fn open_session(
        &mut self,
        candidate: CandidateId,
        now: OffsetDateTime,
        rng: &mut impl Rng,
    ) -> Option<String> {
        self.close_some(candidate);
        if self.sessions.len() >= SESSIONS {
            self.sessions.retain(|_, session| session.ends > now);
        }
        if self.sessions.len() >= SESSIONS {
            return None;
        }
        let id = uuid(rng);
        let ends = now + LIFE;
        self.sessions
            .insert(id.clone(), Session { candidate, ends });
        let owner = self.of_mut(candidate);
        owner.sessions.push_back(id.clone());
        owner.seen = true;
        self.news.overview = true;
        Some(id)
    }

    /// Makes room for one more session of a candidate: the oldest go, but never the one that the
    /// running attempt belongs to.
    fn close_some(&mut self, candidate: CandidateId) {
        let owner = &mut self.candidates[candidate.0];
        owner.sessions.retain(|id| self.sessions.contains_key(id));
        while owner.sessions.len() >= SESSIONS_EACH {
            let holder = owner.holder.as_ref();
            let oldest = owner.sessions.iter().position(|id| Some(id) != holder);
            let Some(oldest) = oldest.and_then(|at| owner.sessions.remove(at)) else {
                return;
            };
            self.sessions.remove(&oldest);
        }
    }
}
