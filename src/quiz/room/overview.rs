//! What the proctor sees of everybody.

use super::{Candidate, CandidateId, Room};
use crate::quiz::view::{CandidateState, CandidateView, OverviewView, remaining_ms, told};
use time::OffsetDateTime;

impl Room {
    /// Everybody who has logged in, in no particular order: that is worth sorting only once the
    /// room is free for others again.
    pub(in crate::quiz) fn overview(&mut self, now: OffsetDateTime) -> OverviewView {
        self.settle(now);
        let everybody = self.candidates.iter().enumerate();
        let seen = everybody.filter(|(_, candidate)| candidate.seen);
        let view = |(at, candidate)| view(candidate, self.used(CandidateId(at)), now);
        OverviewView {
            now: told(now),
            open: self.parameters.open,
            attempts: seen.map(view).collect(),
        }
    }
}

fn view(candidate: &Candidate, attempts_used: u32, now: OffsetDateTime) -> CandidateView {
    let attempt = candidate.attempt.as_ref();
    let ending = attempt.and_then(|attempt| attempt.ending());
    let running = candidate.running();
    CandidateView {
        name: candidate.name.to_string(),
        state: match (attempt, ending) {
            (None, _) => CandidateState::LoggedIn,
            (Some(_), None) => CandidateState::Running,
            (Some(_), Some(_)) => CandidateState::Evaluated,
        },
        connected: candidate.streams > 0,
        answered: attempt.map_or(0, |attempt| attempt.answered()),
        of: attempt.map_or(0, |attempt| attempt.len()),
        revision: attempt.map_or(0, |attempt| attempt.revision()),
        started_at: attempt.map(|attempt| told(attempt.started())),
        deadline: attempt.map(|attempt| told(attempt.deadline())),
        remaining_ms: running.map(|attempt| remaining_ms(attempt.deadline(), now)),
        score: ending.map(|ending| ending.score),
        pending: ending.is_some() && !candidate.stored,
        attempts_used,
    }
}
