//! What can be graded: the checks of a student's copies, and what shows in a class alone.

use super::report::Outcome;
use crate::grading::{CHECKS, Check, Verdict};

/// Something that is graded.
#[derive(Debug, Clone, Copy)]
pub struct Criterion {
    /// Its name, such as `0335-newest-first`.
    pub id: &'static str,
    /// What is asked, in a few words.
    pub title: &'static str,
    /// The number of the lesson that asks it.
    pub lesson: u16,
    /// The heading in that lesson's walkthrough under which it is explained.
    pub section: &'static str,
    /// How much it counts among all that is graded.
    pub weight: u32,
    pub(super) how: How,
}

/// How a criterion is judged.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    /// By a check of the student's two copies.
    Check(&'static Check),
    /// In one browser with all the others.
    SharedJar,
    /// By a look into the database.
    OwnTable,
}

/// One browser for a whole class is how an instructor sees the copies.
const SHARED_JAR: Criterion = Criterion {
    id: "0350-shared-jar",
    title: "in one browser with the whole class, each counter is its own",
    lesson: 350,
    section: "What this program does",
    weight: 3,
    how: How::SharedJar,
};

/// Seen from within, and so only where the instructor has an account.
const OWN_TABLE: Criterion = Criterion {
    id: "0350-own-table",
    title: "each copy keeps its sessions in a table of its own",
    lesson: 350,
    section: "From the cookie to the row",
    weight: 2,
    how: How::OwnTable,
};

/// All that can be graded, with the usual weights.
pub fn criteria() -> impl Iterator<Item = Criterion> {
    let checks = CHECKS.iter().map(|check| Criterion {
        id: check.id,
        title: check.title,
        lesson: check.lesson,
        section: check.section,
        weight: check.weight,
        how: How::Check(check),
    });
    checks.chain([SHARED_JAR, OWN_TABLE])
}

impl Criterion {
    /// Whether it can be judged only with an account on the database.
    pub fn needs_database(&self) -> bool {
        matches!(self.how, How::OwnTable)
    }

    /// How it came out, for the report.
    pub(super) fn outcome(&self, verdict: Verdict) -> Outcome {
        Outcome {
            check: self.id.into(),
            title: self.title.into(),
            lesson: format!("{:04}", self.lesson),
            section: self.section.into(),
            weight: self.weight,
            passed: verdict.is_ok(),
            fault: verdict.err(),
        }
    }
}
