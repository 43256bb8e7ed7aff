//! A row of the desk: what is known of one student.

use super::scores::Entry;
use crate::{
    grading::{
        Claim,
        class::{Graded, Outcome, State},
    },
    identity::Port,
    roster::Student,
};
use serde::Serialize;

/// What is known of one student, as the page is told it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Row {
    student: String,
    name: String,
    email: String,
    /// The sandbox and the production copy.
    pub(super) copies: [CopyOfOne; 2],
    pub(super) check: Checking,
    /// What was given by hand.
    pub(super) hand: Entry,
    /// What the last check found, for the exports.
    #[serde(skip)]
    pub(super) graded: Option<Graded>,
}

/// One copy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CopyOfOne {
    port: u16,
    address: String,
    /// Nothing before it was first asked.
    up: Option<bool>,
    /// Why it is not.
    why: Option<String>,
    /// What it says of its owner.
    claim: Option<Claim>,
}

/// How far the checks of a student are, and what they said last.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Checking {
    pub(super) state: Progress,
    /// How it goes, in a few words.
    pub(super) outcome: Option<String>,
    score: Option<f64>,
    points_possible: f64,
    /// When the score was found.
    at: Option<String>,
    failed: Vec<Failed>,
}

/// How far the checks of a student are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Progress {
    Never,
    Waiting,
    Running,
    Graded,
    Unreachable,
    Stopped,
}

/// A check that is not passed.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Failed {
    title: String,
    lesson: String,
    came: Option<String>,
}

impl Row {
    pub(super) fn of(student: &Student, points_possible: f64, hand: Entry) -> Self {
        Self {
            student: student.student.clone(),
            name: student.name.clone(),
            email: student.email.clone(),
            copies: [student.sandbox, student.production].map(|port| CopyOfOne::of(student, port)),
            check: Checking {
                state: Progress::Never,
                outcome: None,
                score: None,
                points_possible,
                at: None,
                failed: Vec::new(),
            },
            hand,
            graded: None,
        }
    }

    /// Puts the student in line for the checks; `false` for one who is at it already.
    pub(super) fn line_up(&mut self) -> bool {
        let busy = matches!(self.check.state, Progress::Waiting | Progress::Running);
        if !busy {
            self.check.state = Progress::Waiting;
            self.check.outcome = None;
        }
        !busy
    }

    /// Notes what the checks have found.
    pub(super) fn judged(&mut self, graded: Graded, now: &str) {
        self.check = Checking {
            state: match graded.state {
                State::Graded => Progress::Graded,
                State::Unreachable => Progress::Unreachable,
                State::Stopped => Progress::Stopped,
            },
            outcome: Some(in_words(&graded)),
            score: graded.final_score(),
            points_possible: graded.points_possible,
            at: Some(now.to_owned()),
            failed: failed(&graded),
        };
        self.graded = Some(graded);
    }
}

impl CopyOfOne {
    fn of(student: &Student, port: Port) -> Self {
        Self {
            port: port.number(),
            address: student.address(port),
            up: None,
            why: None,
            claim: None,
        }
    }

    /// Where it is.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Notes what came when it was asked.
    pub(super) fn answered(&mut self, answer: Result<Option<Claim>, String>) {
        self.up = Some(answer.is_ok());
        match answer {
            Ok(claim) => (self.claim, self.why) = (claim, None),
            // What it claimed while it was up is still the last that is known.
            Err(why) => self.why = Some(why),
        }
    }
}

fn in_words(graded: &Graded) -> String {
    let (passed, all) = (graded.passed(), graded.checks.len());
    match graded.state {
        State::Graded => format!("{passed} of {all} checks passed"),
        State::Unreachable => "a copy does not answer".into(),
        State::Stopped => "not judged to the end".into(),
    }
}

/// Of a copy that does not answer, no check is passed, and one is enough to say so.
fn failed(graded: &Graded) -> Vec<Failed> {
    let most = match graded.state {
        State::Unreachable => 1,
        _ => usize::MAX,
    };
    let failed = graded.checks.iter().filter(|check| !check.passed);
    let told = |check: &Outcome| Failed {
        title: check.title.clone(),
        lesson: check.lesson.clone(),
        came: check.fault.as_ref().map(|fault| fault.came.clone()),
    };
    failed.take(most).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row() -> Row {
        let student = Student {
            student: "ann".into(),
            name: "Ann Lee".into(),
            email: String::new(),
            host: "localhost".into(),
            sandbox: Port::new(41220).unwrap(),
            production: Port::new(41221).unwrap(),
        };
        Row::of(&student, 10.0, Entry::default())
    }

    fn told(row: &Row) -> Value {
        serde_json::to_value(row).unwrap()
    }

    #[test]
    fn a_new_row_knows_where_the_copies_are_and_nothing_of_them() {
        let told = told(&row());
        assert_eq!(told["copies"][1]["address"], "https://localhost:41221/");
        assert_eq!(told["copies"][0]["up"], Value::Null);
        assert_eq!(told["check"]["state"], "never");
        assert_eq!(told["hand"]["revision"], 0);
        assert!(told.get("graded").is_none());
    }

    #[test]
    fn a_copy_that_went_down_still_shows_what_it_claimed() {
        let mut row = row();
        let claim = Claim {
            lessons: 1,
            done: 2,
            tasks: 40,
        };
        row.copies[0].answered(Ok(Some(claim)));
        row.copies[0].answered(Err("connection refused".into()));
        row.copies[1].answered(Ok(None));
        let told = told(&row);
        assert_eq!(told["copies"][0]["up"], false);
        assert_eq!(told["copies"][0]["why"], "connection refused");
        assert_eq!(told["copies"][0]["claim"]["done"], 2);
        assert_eq!(told["copies"][1]["up"], true);
        assert_eq!(told["copies"][1]["claim"], Value::Null);
    }

    #[test]
    fn a_student_is_in_line_once() {
        let mut row = row();
        assert!(row.line_up());
        assert!(!row.line_up());
        row.check.state = Progress::Running;
        assert!(!row.line_up());
        row.check.state = Progress::Graded;
        assert!(row.line_up());
        assert_eq!(told(&row)["check"]["state"], json!("waiting"));
    }
}
