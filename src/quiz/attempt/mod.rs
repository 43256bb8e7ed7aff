//! One attempt: a pure state machine. Time and chance are arguments, so a test can let them run.
//!
//! There is no timer in it that ticks, and so nothing that could write over an answer: what is
//! left is the difference between a fixed deadline and the clock of whoever asks.

mod paper;
#[cfg(test)]
mod tests;

pub(super) use paper::uuid;

use super::{
    bank::Bank,
    limits::REVISION,
    view::{Answers, EndedBy, MarkedView, QuestionView},
};
use paper::Paper;
use rand::Rng;
use std::sync::Arc;
use time::OffsetDateTime;

/// One candidate's attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    paper: Paper,
    /// By question; `None` where there is no answer yet.
    answers: Vec<Option<usize>>,
    revision: u64,
    /// The question and the option of the last answer that was accepted.
    latest: Option<(usize, Option<usize>)>,
    started: OffsetDateTime,
    deadline: OffsetDateTime,
    ending: Option<Ending>,
}

/// How an attempt ended: written once and never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) at: OffsetDateTime,
    pub(super) by: EndedBy,
    pub(super) score: usize,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saved {
    /// It stands.
    Accepted,
    /// It stood already: the acknowledgement got lost, and the client has asked again.
    Repeated,
    /// Another tab was further; nothing has changed.
    Stale,
    /// The attempt is over.
    Over,
    /// This attempt has no such question.
    NoSuchQuestion,
    /// The question has no such option.
    NoSuchOption,
    /// No attempt has so many revisions.
    TooFar,
}

impl Attempt {
    /// Draws `draw` questions for an attempt that runs from `started` to `deadline`.
    pub(super) fn start(
        bank: Arc<Bank>,
        draw: usize,
        (started, deadline): (OffsetDateTime, OffsetDateTime),
        rng: &mut impl Rng,
    ) -> Self {
        let paper = Paper::draw(bank, draw, rng);
        Self {
            answers: vec![None; paper.len()],
            paper,
            revision: 0,
            latest: None,
            started,
            deadline: deadline.max(started),
            ending: None,
        }
    }

    /// Takes an answer, or with `None` one back. `revision` is that of the tab's state with this
    /// answer: the larger state wins, so two tabs cannot write over each other unseen.
    pub(super) fn save(
        &mut self,
        question: &str,
        option: Option<usize>,
        revision: u64,
        now: OffsetDateTime,
    ) -> Saved {
        if self.ending.is_some() || now >= self.deadline {
            return Saved::Over;
        }
        let Some(place) = self.paper.place(question) else {
            return Saved::NoSuchQuestion;
        };
        let options = self.paper.options_at(place);
        if option.is_some_and(|option| option >= options) {
            return Saved::NoSuchOption;
        }
        if revision > REVISION {
            return Saved::TooFar;
        }
        // ANCHOR: save
        if revision == self.revision && self.latest == Some((place, option)) {
            return Saved::Repeated;
        }
        if revision <= self.revision {
            return Saved::Stale;
        }
        self.answers[place] = option;
        self.latest = Some((place, option));
        self.revision = revision;
        Saved::Accepted
        // ANCHOR_END: save
    }

    // ANCHOR: deadline
    /// Evaluates if the deadline has come; whether this was its end. At the very instant of the
    /// deadline it is over: an answer of that instant is late, whichever of the two is seen first.
    pub(super) fn settle(&mut self, now: OffsetDateTime) -> bool {
        now >= self.deadline && self.end(self.deadline, EndedBy::Deadline)
    }

    /// Evaluates because the candidate says so; whether this was its end.
    pub(super) fn submit(&mut self, now: OffsetDateTime) -> bool {
        self.settle(now) || self.end(now, EndedBy::Submit)
    }
    // ANCHOR_END: deadline

    /// Moves the deadline of a running attempt, which ends if that is past; whether it did.
    pub(super) fn move_deadline(&mut self, deadline: OffsetDateTime, now: OffsetDateTime) -> bool {
        if self.settle(now) {
            return true;
        }
        if self.ending.is_some() {
            return false;
        }
        self.deadline = deadline.max(self.started);
        now >= self.deadline && self.end(now, EndedBy::Proctor)
    }

    /// The one place where an attempt ends. A second ending changes nothing.
    fn end(&mut self, at: OffsetDateTime, by: EndedBy) -> bool {
        if self.ending.is_some() {
            return false;
        }
        let score = self.paper.score(&self.answers);
        self.ending = Some(Ending { at, by, score });
        true
    }

    /// Tells this attempt from every other one.
    pub(super) fn id(&self) -> &str {
        self.paper.id()
    }

    pub(super) fn started(&self) -> OffsetDateTime {
        self.started
    }

    pub(super) fn deadline(&self) -> OffsetDateTime {
        self.deadline
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// How it ended; `None` while it runs.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// How many questions it has.
    pub(super) fn len(&self) -> usize {
        self.paper.len()
    }

    /// How many of them are answered.
    pub(super) fn answered(&self) -> usize {
        self.answers.iter().flatten().count()
    }

    /// The questions in this attempt's order, without answers.
    pub(super) fn questions(&self) -> Vec<QuestionView> {
        self.paper.questions()
    }

    /// The answers that were accepted.
    pub(super) fn answers(&self) -> Answers {
        self.paper.named(&self.answers)
    }

    /// The questions with what is right, once it has ended.
    pub(super) fn marked(&self) -> Option<Vec<MarkedView>> {
        self.ending.map(|_| self.paper.marked(&self.answers))
    }
}
