//! What the grading of a class comes to. Its file is also what a later run goes on from.

use super::Profile;
use crate::{grading::Fault, roster::Student};
use serde::{Deserialize, Serialize};

/// A class, graded.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Report {
    /// When, as RFC 3339 writes it.
    pub made: String,
    /// What it counts as in a grade book.
    pub assignment: String,
    /// The most that can be had.
    pub points_possible: f64,
    /// In the order of the roster.
    pub students: Vec<Graded>,
    /// What came of the browsers that visit many copies; nothing if that was not asked.
    pub crosstalk: Option<Crosstalk>,
}

/// A student, graded.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Graded {
    /// As in the roster.
    pub student: String,
    /// As in the roster; may be empty.
    pub name: String,
    /// As in the roster; may be empty.
    pub email: String,
    /// The address of the sandbox copy.
    pub sandbox: String,
    /// The address of the production copy.
    pub production: String,
    /// The points for what is passed.
    pub score: f64,
    /// The most that can be had.
    pub points_possible: f64,
    /// How far it came.
    pub state: State,
    /// How each check came out.
    pub checks: Vec<Outcome>,
    /// What the instructor says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// How far the grading of a student came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// To the end.
    Graded,
    /// Nowhere: a copy does not answer.
    Unreachable,
    /// Not to the end, by no fault of the student: there is no score yet.
    Stopped,
}

/// How a check came out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Outcome {
    /// Its id.
    pub check: String,
    /// What is asked.
    pub title: String,
    /// The lesson that explains it, in four digits.
    pub lesson: String,
    /// The heading there.
    pub section: String,
    /// How much it counts.
    pub weight: u32,
    /// Whether it is so.
    pub passed: bool,
    /// What was found instead.
    pub fault: Option<Fault>,
}

/// Many copies in one browser.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Crosstalk {
    /// So many browsers visited them.
    pub browsers: usize,
    /// So many copies in all.
    pub copies: usize,
    /// At most so many of them in one browser.
    pub jar: usize,
    /// The students one of whose counters was not its own.
    pub mixed_up: Vec<String>,
}

impl Graded {
    /// A student of whom this is known.
    pub(super) fn new(
        student: &Student,
        points_possible: f64,
        state: State,
        checks: Vec<Outcome>,
    ) -> Self {
        Self {
            student: student.student.clone(),
            name: student.name.clone(),
            email: student.email.clone(),
            sandbox: student.address(student.sandbox),
            production: student.address(student.production),
            score: score(points_possible, &checks),
            points_possible,
            state,
            checks,
            comment: None,
        }
    }

    /// A student of whom nothing is known yet.
    pub fn not_judged(student: &Student, points_possible: f64) -> Self {
        Self::new(student, points_possible, State::Stopped, Vec::new())
    }

    /// The same with what was given by hand: a score stands above what the checks have found.
    #[must_use]
    pub fn by_hand(mut self, score: Option<f64>, comment: Option<String>) -> Self {
        self.comment = comment;
        if let Some(score) = score {
            self.score = score;
            if self.state == State::Stopped {
                self.state = State::Graded;
            }
        }
        self
    }

    /// The name, or without one the login.
    pub fn called(&self) -> &str {
        match self.name.is_empty() {
            true => &self.student,
            false => &self.name,
        }
    }

    /// How many checks are passed.
    pub fn passed(&self) -> usize {
        self.checks.iter().filter(|check| check.passed).count()
    }

    /// The score, once there is one.
    pub fn final_score(&self) -> Option<f64> {
        (self.state != State::Stopped).then_some(self.score)
    }

    /// Whether this is of the same student with the same copies.
    pub fn is_of(&self, student: &Student) -> bool {
        self.student == student.student
            && self.sandbox == student.address(student.sandbox)
            && self.production == student.address(student.production)
    }

    /// Whether this was judged as `profile` asks, so that its score may stand beside others.
    pub fn is_by(&self, profile: &Profile) -> bool {
        let asked = profile.criteria.iter();
        let asked = asked.map(|criterion| (criterion.id, criterion.weight));
        let judged = self.checks.iter();
        let judged = judged.map(|check| (check.check.as_str(), check.weight));
        self.points_possible == profile.points && judged.eq(asked)
    }
}

impl Report {
    /// Whether every student has a score.
    pub fn is_complete(&self) -> bool {
        let mut scores = self.students.iter().map(Graded::final_score);
        scores.all(|score| score.is_some())
    }
}

/// The points for what is passed, to the hundredth.
pub(super) fn score(points_possible: f64, checks: &[Outcome]) -> f64 {
    let all: u32 = checks.iter().map(|check| check.weight).sum();
    let passed = checks.iter().filter(|check| check.passed);
    let passed: u32 = passed.map(|check| check.weight).sum();
    match all {
        0 => 0.0,
        all => hundredths(points_possible * f64::from(passed) / f64::from(all)),
    }
}

/// `points` without what a grade book would round off anyway.
pub fn hundredths(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weight: u32, passed: bool) -> Outcome {
        Outcome {
            check: "0335-head".into(),
            title: String::new(),
            lesson: "0335".into(),
            section: String::new(),
            weight,
            passed,
            fault: None,
        }
    }

    #[test]
    fn a_score_by_hand_stands_above_what_was_found_and_may_come_before_it() {
        let port = |number| crate::identity::Port::new(number).unwrap();
        let ann = Student {
            student: "ann".into(),
            name: String::new(),
            email: String::new(),
            host: "localhost".into(),
            sandbox: port(1),
            production: port(2),
        };
        let unknown = Graded::not_judged(&ann, 10.0);
        assert_eq!(unknown.final_score(), None);
        let commented = unknown
            .clone()
            .by_hand(None, Some("come and see me".into()));
        assert_eq!(commented.final_score(), None);
        assert_eq!(unknown.by_hand(Some(7.5), None).final_score(), Some(7.5));
        let checks = vec![check(1, true), check(1, false)];
        let judged = Graded::new(&ann, 10.0, State::Graded, checks);
        assert_eq!(judged.clone().by_hand(None, None).final_score(), Some(5.0));
        assert_eq!(judged.by_hand(Some(9.0), None).final_score(), Some(9.0));
    }

    #[test]
    fn a_score_is_the_share_of_the_weights_that_are_passed() {
        let checks = [check(1, true), check(2, false), check(3, true)];
        assert_eq!(score(10.0, &checks), 6.67);
        assert_eq!(score(12.0, &checks), 8.0);
        assert_eq!(score(10.0, &checks[..1]), 10.0);
        assert_eq!(score(10.0, &checks[1..2]), 0.0);
        assert_eq!(score(10.0, &[]), 0.0);
        assert_eq!(score(10.0, &[check(0, true)]), 0.0);
    }
}
