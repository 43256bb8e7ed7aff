//! The whole quiz in memory: who is there, what is asked of them, and how far they are.
//!
//! Pure: time and chance are arguments, and nothing here waits. What others have to hear about
//! is gathered as [`News`] and taken away by whoever called. Memory alone, on purpose: whoever
//! loses an attempt because the server stopped has lost nothing, since it never happened.

mod access;
mod attempts;
mod candidate;
mod overview;
mod parameters;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub(super) use access::{Entry, Knock};
pub(super) use attempts::{Follow, Save, Start, State, Submitted};
pub(super) use parameters::{Change, Wrong};

use super::{
    attempt::Attempt,
    bank::{Bank, Roster},
    finished::{Finished, millis},
    name::Name,
    throttle::Throttle,
    view::{Answers, EvaluationView, told},
};
use candidate::Candidate;
use parameters::Parameters;
use secrecy::SecretString;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};
use time::OffsetDateTime;

/// The quiz and everybody in it.
pub(super) struct Room {
    bank: Arc<Bank>,
    parameters: Parameters,
    candidates: Vec<Candidate>,
    names: HashMap<Name, CandidateId>,
    sessions: HashMap<String, Session>,
    throttle: Throttle,
    /// The running attempts, the next to end first: nobody has to look through all of them.
    deadlines: BTreeSet<(OffsetDateTime, CandidateId)>,
    /// How many attempts were finished before this process began; unknown until the database
    /// has said so.
    past: Option<HashMap<Name, u32>>,
    news: News,
}

/// A candidate's place in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CandidateId(usize);

struct Session {
    candidate: CandidateId,
    ends: OffsetDateTime,
}

/// What others have to hear about.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Candidates whose streams have something to tell.
    pub(super) changed: Vec<CandidateId>,
    /// Candidates whose attempt went to another session: the streams of the one before end.
    pub(super) taken_over: Vec<CandidateId>,
    /// Attempts that have ended and are to be written.
    pub(super) finished: Vec<Finished>,
    /// Whether the proctor's table has changed.
    pub(super) overview: bool,
}

/// An attempt as its streams follow it.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) open: bool,
    pub(super) deadline: OffsetDateTime,
    pub(super) answers: Answers,
    pub(super) revision: u64,
    pub(super) evaluation: Option<EvaluationView>,
}

/// Why a session may not do what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// Nobody knows it, or no longer.
    Unknown,
    /// The candidate's attempt runs in another one.
    Elsewhere,
}

impl Room {
    /// An empty room for the quiz of `bank`.
    pub(super) fn new(bank: Arc<Bank>) -> Self {
        let mut room = Self {
            parameters: Parameters::of(&bank),
            candidates: Vec::new(),
            names: HashMap::new(),
            sessions: HashMap::new(),
            throttle: Throttle::default(),
            deadlines: BTreeSet::new(),
            past: None,
            news: News::default(),
            bank: bank.clone(),
        };
        if let Roster::Listed(listed) = &bank.roster {
            for (name, pin_hash) in listed {
                room.add(name.clone(), pin_hash.clone());
            }
        }
        room
    }

    /// Evaluates all attempts whose deadline has come. Every operation begins with it, so an
    /// outcome depends on the time alone and not on who looks first.
    pub(super) fn settle(&mut self, now: OffsetDateTime) {
        while let Some(&(deadline, candidate)) = self.deadlines.first() {
            if deadline > now {
                return;
            }
            self.deadlines.pop_first();
            let attempt = self.of_mut(candidate).attempt.as_mut();
            if attempt.is_some_and(|attempt| attempt.settle(now)) {
                self.conclude(candidate);
            }
        }
    }

    /// When the next attempt ends.
    pub(super) fn next_deadline(&self) -> Option<OffsetDateTime> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// What has happened since the last time that somebody asked.
    pub(super) fn take_news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// Says how many attempts each candidate has finished in the past.
    pub(super) fn learn_past(&mut self, past: HashMap<Name, u32>) {
        self.past = Some(past);
        self.news.overview = true;
    }

    /// Takes note that these results are in the database.
    pub(super) fn note_stored(&mut self, written: &[Finished]) {
        for finished in written {
            let name = finished.candidate();
            let Some(&candidate) = name.and_then(|name| self.names.get(&name)) else {
                continue;
            };
            let candidate = self.of_mut(candidate);
            let latest = candidate.attempt.as_ref().map(Attempt::id);
            candidate.stored |= latest == Some(finished.id.as_str());
        }
        self.news.overview = true;
    }

    /// The latest attempt of a candidate as its streams follow it.
    pub(super) fn live(&self, candidate: CandidateId) -> Option<Live> {
        let attempt = self.of(candidate).attempt.as_ref()?;
        Some(Live {
            open: self.parameters.open,
            deadline: attempt.deadline(),
            answers: attempt.answers(),
            revision: attempt.revision(),
            evaluation: self.evaluation(candidate),
        })
    }

    /// Takes note that an event stream of a candidate has ended: one less.
    pub(super) fn stream_closed(&mut self, candidate: CandidateId) {
        let candidate = self.of_mut(candidate);
        candidate.streams = candidate.streams.saturating_sub(1);
        self.news.overview = true;
    }

    /// An attempt has ended just now: nobody may miss that.
    fn conclude(&mut self, candidate: CandidateId) {
        let title = self.bank.title().to_owned();
        let concluded = self.of_mut(candidate);
        concluded.stored = false;
        concluded.holder = None;
        let name = concluded.name.to_string();
        let Some((attempt, ending)) = concluded
            .attempt
            .as_ref()
            .and_then(|attempt| Some((attempt, attempt.ending()?)))
        else {
            return;
        };
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let finished = Finished {
            id: attempt.id().to_owned(),
            quiz: title,
            name,
            score: count(ending.score),
            of: count(attempt.len()),
            started_ms: millis(attempt.started()),
            ended_ms: millis(ending.at),
            by: ending.by,
        };
        let deadline = attempt.deadline();
        self.deadlines.remove(&(deadline, candidate));
        self.news.finished.push(finished);
        self.changed(candidate);
    }

    /// How the candidate's latest attempt came out, once it has.
    fn evaluation(&self, candidate: CandidateId) -> Option<EvaluationView> {
        let Candidate {
            attempt, stored, ..
        } = self.of(candidate);
        let attempt = attempt.as_ref()?;
        let ending = attempt.ending()?;
        Some(EvaluationView {
            score: ending.score,
            of: attempt.len(),
            ended_at: told(ending.at),
            by: ending.by,
            pending: !stored,
            questions: attempt.marked()?,
        })
    }

    fn changed(&mut self, candidate: CandidateId) {
        self.news.changed.push(candidate);
        self.news.overview = true;
    }

    fn add(&mut self, name: Name, pin_hash: SecretString) -> CandidateId {
        let id = CandidateId(self.candidates.len());
        let candidate = Candidate::new(name.clone(), pin_hash);
        self.candidates.push(candidate);
        self.names.insert(name, id);
        id
    }

    /// All attempts that a candidate has begun, as far as the past is known.
    fn used(&self, candidate: CandidateId) -> u32 {
        let candidate = self.of(candidate);
        let past = self.past.as_ref();
        let past = past.and_then(|past| past.get(&candidate.name));
        past.copied().unwrap_or(0).saturating_add(candidate.started)
    }

    fn left(&self, candidate: CandidateId) -> u32 {
        self.parameters
            .attempts
            .saturating_sub(self.used(candidate))
    }

    fn of(&self, candidate: CandidateId) -> &Candidate {
        &self.candidates[candidate.0]
    }

    fn of_mut(&mut self, candidate: CandidateId) -> &mut Candidate {
        &mut self.candidates[candidate.0]
    }
}

impl fmt::Debug for Room {
    /// Without names, sessions and hashes: what is debugged lands in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room")
            .field("bank", &self.bank)
            .field("candidates", &self.candidates.len())
            .field("running", &self.deadlines.len())
            .finish_non_exhaustive()
    }
}
