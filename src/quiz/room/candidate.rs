//! One candidate's place in the room.

use crate::quiz::{attempt::Attempt, name::Name};
use secrecy::SecretString;
use std::collections::VecDeque;

/// Who it is, from where, and how far.
pub(super) struct Candidate {
    pub(super) name: Name,
    pub(super) pin_hash: SecretString,
    /// Whether there was a login yet.
    pub(super) seen: bool,
    /// The sessions, the oldest first; some may have ended.
    pub(super) sessions: VecDeque<String>,
    /// The session that the running attempt belongs to; `None` once the proctor has released it.
    pub(super) holder: Option<String>,
    /// The latest attempt, running or evaluated.
    pub(super) attempt: Option<Attempt>,
    /// Whether its result is in the database.
    pub(super) stored: bool,
    /// How many attempts were started in this process.
    pub(super) started: u32,
    /// How many event streams are open.
    pub(super) streams: u32,
}

impl Candidate {
    /// Somebody who has not been here yet.
    pub(super) fn new(name: Name, pin_hash: SecretString) -> Self {
        Self {
            name,
            pin_hash,
            seen: false,
            sessions: VecDeque::new(),
            holder: None,
            attempt: None,
            stored: false,
            started: 0,
            streams: 0,
        }
    }

    /// The attempt, if it runs.
    pub(super) fn running(&self) -> Option<&Attempt> {
        let attempt = self.attempt.as_ref();
        attempt.filter(|attempt| attempt.ending().is_none())
    }
}
