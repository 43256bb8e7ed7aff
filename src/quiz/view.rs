//! What is told to candidates and to the proctor: the JSON of the quiz.
//!
//! One type for each answer, so that what leaves the server can be read in one place; before an
//! evaluation none of them knows which option is right.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::{OffsetDateTime, macros::format_description};

/// Answers by question: the index of the option within this attempt's order.
pub(super) type Answers = BTreeMap<String, usize>;

/// A moment as it is told: RFC 3339 in UTC, to the millisecond.
pub(super) fn told(moment: OffsetDateTime) -> String {
    let form =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    moment
        .to_offset(time::UtcOffset::UTC)
        .format(form)
        .expect("the years of a quiz have four digits")
}

/// What is left until `deadline`, in milliseconds; never less than nothing.
pub(super) fn remaining_ms(deadline: OffsetDateTime, now: OffsetDateTime) -> i64 {
    let left = (deadline - now).whole_milliseconds().max(0);
    i64::try_from(left).unwrap_or(i64::MAX)
}

/// A new session.
#[derive(Debug, Serialize)]
pub(super) struct SessionView {
    /// A UUID, to be sent in the header `session-id`.
    pub(super) session_id: String,
}

/// A candidate's attempt, running or evaluated.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum AttemptView {
    Running(RunningView),
    Evaluated(EvaluatedView),
}

/// A running attempt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RunningView {
    pub(super) title: String,
    pub(super) questions: Vec<QuestionView>,
    pub(super) answers: BTreeMap<String, usize>,
    pub(super) revision: u64,
    pub(super) deadline: String,
    pub(super) now: String,
    pub(super) remaining_ms: i64,
    pub(super) attempts_left: u32,
}

/// A question without its answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct QuestionView {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) options: Vec<String>,
}

/// The last attempt, after its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct EvaluatedView {
    pub(super) evaluation: EvaluationView,
    pub(super) attempts_left: u32,
    pub(super) now: String,
}

/// How an attempt came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct EvaluationView {
    pub(super) score: usize,
    pub(super) of: usize,
    pub(super) ended_at: String,
    pub(super) by: EndedBy,
    /// Not in the database yet.
    pub(super) pending: bool,
    pub(super) questions: Vec<MarkedView>,
}

/// What ended an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EndedBy {
    Submit,
    Deadline,
    Proctor,
}

impl EndedBy {
    /// The word in the database.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Deadline => "deadline",
            Self::Proctor => "proctor",
        }
    }

    /// The one with this word.
    pub(super) fn named(word: &str) -> Option<Self> {
        let all = [Self::Submit, Self::Deadline, Self::Proctor];
        all.into_iter().find(|by| by.word() == word)
    }
}

/// A question with its answer, after the end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct MarkedView {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) options: Vec<String>,
    pub(super) given: Option<usize>,
    pub(super) right: usize,
}

/// What a saved answer has made of the attempt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SavedView {
    pub(super) answers: BTreeMap<String, usize>,
    pub(super) revision: u64,
    pub(super) deadline: String,
    pub(super) now: String,
    pub(super) remaining_ms: i64,
}

/// What the quiz asks of everybody, and grants to some.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ParametersView {
    pub(super) duration_seconds: i64,
    /// By candidate.
    pub(super) extra_seconds: BTreeMap<String, i64>,
    pub(super) attempts: u32,
    pub(super) draw: usize,
    pub(super) open: bool,
}

/// Everybody who has logged in, for the proctor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct OverviewView {
    pub(super) now: String,
    pub(super) open: bool,
    pub(super) attempts: Vec<CandidateView>,
}

/// Where one candidate is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CandidateView {
    pub(super) name: String,
    pub(super) state: CandidateState,
    /// An event stream is open.
    pub(super) connected: bool,
    pub(super) answered: usize,
    pub(super) of: usize,
    pub(super) revision: u64,
    pub(super) started_at: Option<String>,
    pub(super) deadline: Option<String>,
    pub(super) remaining_ms: Option<i64>,
    pub(super) score: Option<usize>,
    pub(super) pending: bool,
    pub(super) attempts_used: u32,
}

/// What a candidate is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CandidateState {
    LoggedIn,
    Running,
    Evaluated,
}

/// An attempt that the next session may take over.
#[derive(Debug, Serialize)]
pub(super) struct ReleasedView {
    pub(super) name: String,
    pub(super) released: bool,
}

/// All finished attempts of this quiz.
#[derive(Debug, Serialize)]
pub(super) struct ResultsView {
    /// How many are not in the database yet; they are listed all the same.
    pub(super) pending: usize,
    pub(super) results: Vec<ResultView>,
    /// Why the database could not be read, so that only the pending ones are listed: those of
    /// this process, and those that an earlier one left in the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unreadable: Option<String>,
}

/// One finished attempt.
#[derive(Debug, Serialize)]
pub(super) struct ResultView {
    pub(super) name: String,
    pub(super) score: i64,
    pub(super) of: i64,
    pub(super) started_at: String,
    pub(super) ended_at: String,
    pub(super) by: EndedBy,
    pub(super) pending: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    #[test]
    fn a_moment_is_told_in_utc_with_three_digits_of_a_second() {
        let moment = datetime!(2025-03-01 10:00:00.5 +1);
        assert_eq!(told(moment), "2025-03-01T09:00:00.500Z");
    }

    #[test]
    fn what_is_left_is_never_less_than_nothing() {
        let now = datetime!(2025-03-01 10:00 UTC);
        assert_eq!(remaining_ms(now + Duration::SECOND, now), 1000);
        assert_eq!(remaining_ms(now - Duration::SECOND, now), 0);
    }
}
