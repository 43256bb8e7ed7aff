//! The files that `grade` writes for grade books, of what the desk knows.

use super::{Desk, row::Row};
use crate::{
    grading::class::{GradeBook, Graded, Report},
    roster::Student,
};
use std::io;

impl Desk {
    /// A table as it is now: scores by hand stand above those that were found, and whoever has
    /// neither has none.
    ///
    /// # Errors
    /// None that is known: it is written into memory.
    pub(super) fn table(&self, book: GradeBook) -> io::Result<String> {
        let setup = &self.0.setup;
        let points = setup.profile.points;
        let students = setup.roster.students.iter().zip(self.0.board.all());
        book.of(&Report {
            made: self.now(),
            assignment: setup.profile.assignment.clone(),
            points_possible: points,
            students: students
                .map(|(student, row)| graded(student, row, points))
                .collect(),
            crosstalk: None,
        })
    }
}

fn graded(student: &Student, row: Row, points: f64) -> Graded {
    let found = row.graded;
    let found = found.unwrap_or_else(|| Graded::not_judged(student, points));
    let comment = Some(row.hand.comment).filter(|comment| !comment.is_empty());
    found.by_hand(row.hand.score, comment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::scores::Entry, identity::Port};

    #[test]
    fn what_was_given_by_hand_is_exported_before_any_check() {
        let ann = Student {
            student: "ann".into(),
            name: "Ann".into(),
            email: "ann@school.example".into(),
            host: "localhost".into(),
            sandbox: Port::new(1).unwrap(),
            production: Port::new(2).unwrap(),
        };
        let export = |score, comment: &str| {
            let hand = Entry {
                revision: 1,
                score,
                comment: comment.into(),
                changed: None,
            };
            let report = Report {
                made: String::new(),
                assignment: "Week 5".into(),
                points_possible: 10.0,
                students: vec![graded(&ann, Row::of(&ann, 10.0, hand), 10.0)],
                crosstalk: None,
            };
            GradeBook::Moodle.of(&report).unwrap()
        };
        let text = export(Some(9.5), "Clear code.");
        assert!(
            text.ends_with("ann@school.example,ann,9.5,Clear code.\n"),
            "{text}"
        );
        // A blank score would be a grade there.
        assert_eq!(export(None, "Come and see me.").lines().count(), 1);
    }
}
