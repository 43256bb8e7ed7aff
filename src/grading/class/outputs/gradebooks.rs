//! Tables of grades: one of our own, and those that Canvas and Moodle import.

use super::{Graded, Report, State, has_score};
use crate::spreadsheet::cell;
use std::io;

/// Everything: a line a student, a column a check, and one for comments if there are any.
pub(super) fn grades(report: &Report) -> io::Result<String> {
    let checks = report.students.iter().map(|student| &student.checks);
    let checks = checks.max_by_key(|checks| checks.len());
    let ids: Vec<_> = checks
        .into_iter()
        .flatten()
        .map(|check| &check.check)
        .collect();
    let mut table = Table::new();
    let first = [
        "student",
        "name",
        "email",
        "sandbox",
        "production",
        "state",
        "score",
        "points_possible",
    ];
    let first = first.map(str::to_owned).into_iter();
    let comments = report.students.iter().any(|one| one.comment.is_some());
    let last = comments.then(|| "comment".to_owned());
    table.row(first.chain(ids.iter().map(|id| id.to_string())).chain(last))?;
    for student in &report.students {
        let passed = ids.iter().map(|id| {
            let mut checks = student.checks.iter();
            let found = checks.find(|check| &check.check == *id);
            found.map_or_else(String::new, |check| u8::from(check.passed).to_string())
        });
        let comment = student.comment.as_deref().unwrap_or_default();
        let comment = comments.then(|| cell(comment));
        table.row(about(student).into_iter().chain(passed).chain(comment))?;
    }
    table.text()
}

fn about(student: &Graded) -> [String; 8] {
    let state = match student.state {
        State::Graded => "graded",
        State::Unreachable => "unreachable",
        State::Stopped => "stopped",
    };
    [
        cell(&student.student),
        cell(&student.name),
        cell(&student.email),
        student.sandbox.clone(),
        student.production.clone(),
        state.into(),
        score(student),
        student.points_possible.to_string(),
    ]
}

/// What Canvas imports. It finds a student by a number of the school or by a login; a blank
/// score changes nothing there.
pub(super) fn canvas(report: &Report) -> io::Result<String> {
    let mut table = Table::new();
    let columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"];
    let row = |cells: [&str; 5], last: String| {
        let cells = cells.map(str::to_owned).into_iter();
        cells.chain([last])
    };
    table.row(row(columns, cell(&report.assignment)))?;
    let possible = report.points_possible.to_string();
    table.row(row(["Points Possible", "", "", "", ""], possible))?;
    for student in &report.students {
        let (name, id) = (cell(student.called()), cell(&student.student));
        let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
        let (number, login) = if is_number { (&*id, "") } else { ("", &*id) };
        table.row(row([&*name, "", number, login, ""], score(student)))?;
    }
    table.text()
}

/// What Moodle imports, by the address or the number. Whoever has no score is left out: a
/// blank one would be a grade there.
pub(super) fn moodle(report: &Report) -> io::Result<String> {
    let mut table = Table::new();
    let assignment = cell(&report.assignment);
    table.row([
        "Email address".into(),
        "ID number".into(),
        assignment.clone(),
        format!("{assignment} (feedback)"),
    ])?;
    for student in report.students.iter().filter(|student| has_score(student)) {
        table.row([
            cell(&student.email),
            cell(&student.student),
            score(student),
            cell(&feedback(student)),
        ])?;
    }
    table.text()
}

/// In the instructor's words and our own: Moodle shows feedback as a page, so nothing of a copy
/// may be in it, and a comment is text there.
fn feedback(student: &Graded) -> String {
    let found = found(student);
    let Some(comment) = &student.comment else {
        return found;
    };
    let comment = comment.replace('&', "&amp;");
    let comment = comment.replace('<', "&lt;").replace('>', "&gt;");
    format!("{comment} {found}").trim_end().to_owned()
}

fn found(student: &Graded) -> String {
    if student.checks.is_empty() {
        return String::new();
    }
    if student.state == State::Unreachable {
        return "A copy did not answer.".into();
    }
    let (passed, all) = (student.passed(), student.checks.len());
    let failed = student.checks.iter().filter(|check| !check.passed);
    let failed = failed.map(|check| format!("{} (lesson {})", check.title, check.lesson));
    let failed: Vec<_> = failed.collect();
    match failed.is_empty() {
        true => format!("All {all} checks passed."),
        false => format!(
            "{passed} of {all} checks passed. Not passed: {}.",
            failed.join("; ")
        ),
    }
}

/// The points, or nothing as long as there are none.
fn score(student: &Graded) -> String {
    let score = student.final_score();
    score.map_or_else(String::new, |score| score.to_string())
}

/// A table that is being written.
struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new() -> Self {
        Self(csv::Writer::from_writer(Vec::new()))
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) -> io::Result<()> {
        Ok(self.0.write_record(cells)?)
    }

    fn text(self) -> io::Result<String> {
        let bytes = self.0.into_inner().map_err(|error| error.into_error())?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}
