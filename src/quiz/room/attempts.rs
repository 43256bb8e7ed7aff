//! What a candidate does with an attempt: start it, look at it, answer, submit, follow it.

use super::{CandidateId, Denied, Live, Room};
use crate::quiz::{
    attempt::{Attempt, Saved},
    limits::STREAMS_EACH,
    view::{
        Answers, AttemptView, EvaluatedView, EvaluationView, RunningView, SavedView, remaining_ms,
        told,
    },
};
use rand::Rng;
use time::OffsetDateTime;

/// How a start came out.
#[derive(Debug, PartialEq)]
pub(in crate::quiz) enum Start {
    /// There is a new attempt.
    New(RunningView),
    /// One runs already.
    Running(RunningView),
    /// The quiz is closed.
    Closed,
    /// All attempts are used up.
    NoneLeft,
    /// Nobody knows yet how many were used before the server was started.
    PastUnknown,
}

/// How far a candidate is.
#[derive(Debug, PartialEq)]
pub(in crate::quiz) enum State {
    /// The latest attempt.
    There(AttemptView),
    /// There was never one.
    Never { attempts_left: u32 },
}

/// What became of an answer.
#[derive(Debug, PartialEq)]
pub(in crate::quiz) enum Save {
    /// It stands.
    Saved(SavedView),
    /// Another tab was further; its state.
    Stale { answers: Answers, revision: u64 },
    /// The attempt is over.
    Over,
    /// There was never one.
    Never,
    /// The attempt has no such question.
    NoSuchQuestion,
    /// The question has no such option.
    NoSuchOption,
    /// No attempt has so many revisions.
    TooFar,
}

/// A submitted attempt.
#[derive(Debug, PartialEq)]
pub(in crate::quiz) struct Submitted {
    /// The result's id.
    pub(in crate::quiz) id: String,
    pub(in crate::quiz) evaluation: EvaluationView,
}

/// What an event stream begins with.
#[derive(Debug)]
pub(in crate::quiz) enum Follow {
    /// A running attempt.
    Live(CandidateId, Live),
    /// One that has ended.
    Evaluated(EvaluationView),
    /// There was never one.
    Never,
    /// Too many streams are open.
    TooMany,
}

impl Room {
    /// Starts an attempt, which counts from this moment on; a running one is not restarted.
    pub(in crate::quiz) fn start(
        &mut self,
        session: &str,
        now: OffsetDateTime,
        rng: &mut impl Rng,
    ) -> Result<Start, Denied> {
        let who = self.admitted(session, now)?;
        if let Some(running) = self.running(who, now) {
            return Ok(Start::Running(running));
        }
        if self.past.is_none() {
            return Ok(Start::PastUnknown);
        }
        if self.left(who) == 0 {
            return Ok(Start::NoneLeft);
        }
        if !self.parameters.open {
            return Ok(Start::Closed);
        }
        let times = (now, self.deadline_of(who, now));
        let attempt = Attempt::start(self.bank.clone(), self.parameters.draw, times, rng);
        self.deadlines.insert((attempt.deadline(), who));
        let candidate = self.of_mut(who);
        candidate.attempt = Some(attempt);
        candidate.holder = Some(session.to_owned());
        candidate.started = candidate.started.saturating_add(1);
        candidate.stored = false;
        self.changed(who);
        let running = self.running(who, now);
        Ok(Start::New(running.expect("it was started just now")))
    }

    /// The latest attempt, for whoever comes back after a disconnection.
    pub(in crate::quiz) fn state(
        &mut self,
        session: &str,
        now: OffsetDateTime,
    ) -> Result<State, Denied> {
        let who = self.admitted(session, now)?;
        if let Some(running) = self.running(who, now) {
            return Ok(State::There(AttemptView::Running(running)));
        }
        let attempts_left = self.left(who);
        let Some(evaluation) = self.evaluation(who) else {
            return Ok(State::Never { attempts_left });
        };
        Ok(State::There(AttemptView::Evaluated(EvaluatedView {
            evaluation,
            attempts_left,
            now: told(now),
        })))
    }

    /// Takes an answer.
    pub(in crate::quiz) fn save(
        &mut self,
        session: &str,
        question: &str,
        (option, revision): (Option<usize>, u64),
        now: OffsetDateTime,
    ) -> Result<Save, Denied> {
        let who = self.admitted(session, now)?;
        let Some(attempt) = self.of_mut(who).attempt.as_mut() else {
            return Ok(Save::Never);
        };
        let saved = attempt.save(question, option, revision, now);
        let (answers, revision) = (attempt.answers(), attempt.revision());
        let deadline = attempt.deadline();
        if saved == Saved::Accepted {
            self.changed(who);
        }
        Ok(match saved {
            Saved::Accepted | Saved::Repeated => Save::Saved(SavedView {
                answers,
                revision,
                deadline: told(deadline),
                now: told(now),
                remaining_ms: remaining_ms(deadline, now),
            }),
            Saved::Stale => Save::Stale { answers, revision },
            Saved::Over => Save::Over,
            Saved::NoSuchQuestion => Save::NoSuchQuestion,
            Saved::NoSuchOption => Save::NoSuchOption,
            Saved::TooFar => Save::TooFar,
        })
    }

    /// Evaluates the running attempt; the same again for one that has ended. `None` when there
    /// was never one.
    pub(in crate::quiz) fn submit(
        &mut self,
        session: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Submitted>, Denied> {
        let who = self.admitted(session, now)?;
        let Some(attempt) = self.of_mut(who).attempt.as_mut() else {
            return Ok(None);
        };
        let id = attempt.id().to_owned();
        if attempt.submit(now) {
            self.conclude(who);
        }
        let submitted = |evaluation| Submitted { id, evaluation };
        Ok(self.evaluation(who).map(submitted))
    }

    /// Opens an event stream, which is counted until [`stream_closed`](Self::stream_closed).
    pub(in crate::quiz) fn follow(
        &mut self,
        session: &str,
        now: OffsetDateTime,
    ) -> Result<Follow, Denied> {
        let who = self.admitted(session, now)?;
        let Some(live) = self.live(who) else {
            return Ok(Follow::Never);
        };
        if let Some(evaluation) = live.evaluation {
            return Ok(Follow::Evaluated(evaluation));
        }
        let candidate = self.of_mut(who);
        if candidate.streams >= STREAMS_EACH {
            return Ok(Follow::TooMany);
        }
        candidate.streams += 1;
        self.news.overview = true;
        Ok(Follow::Live(who, live))
    }

    fn running(&self, who: CandidateId, now: OffsetDateTime) -> Option<RunningView> {
        let attempt = self.of(who).running()?;
        Some(RunningView {
            title: self.bank.title().to_owned(),
            questions: attempt.questions(),
            answers: attempt.answers(),
            revision: attempt.revision(),
            deadline: told(attempt.deadline()),
            now: told(now),
            remaining_ms: remaining_ms(attempt.deadline(), now),
            attempts_left: self.left(who),
        })
    }
}
