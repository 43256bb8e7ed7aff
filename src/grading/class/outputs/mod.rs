//! The files that come of a report: for people, for grade books, for programs.

mod folders;
mod gradebooks;
mod gradescope;
mod page;

use super::{Graded, Report, State};
use crate::config;
use std::{io, path::Path};

/// A table of grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GradeBook {
    /// For a spreadsheet: everything.
    Grades,
    /// As Canvas imports it.
    Canvas,
    /// As Moodle imports it.
    Moodle,
}

impl GradeBook {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Grades, Self::Canvas, Self::Moodle];

    /// The name of its file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Grades => "grades.csv",
            Self::Canvas => "canvas.csv",
            Self::Moodle => "moodle.csv",
        }
    }

    /// The table of `report`.
    ///
    /// # Errors
    /// None that is known: it is written into memory.
    pub fn of(self, report: &Report) -> io::Result<String> {
        match self {
            Self::Grades => gradebooks::grades(report),
            Self::Canvas => gradebooks::canvas(report),
            Self::Moodle => gradebooks::moodle(report),
        }
    }
}

/// Writes all files into `folder`, each whole or not at all, for their owner alone: they hold
/// names and grades.
///
/// # Errors
/// What the operating system said.
pub fn write_all(report: &Report, folder: &Path) -> io::Result<()> {
    let write = |name: &str, text: String| config::write_whole(&folder.join(name), text.as_bytes());
    // First of all what a later run goes on from.
    write("report.json", json(report)?)?;
    write("report/index.html", page::page(report).into_string())?;
    for book in GradeBook::ALL {
        write(book.file(), book.of(report)?)?;
    }
    for student in report.students.iter().filter(|student| has_score(student)) {
        let name = folders::folder(&student.student);
        let results = gradescope::results(student)?;
        write(&format!("gradescope/{name}/results.json"), results)?;
    }
    Ok(())
}

/// Whoever was not judged to the end has no score yet, and none is invented.
fn has_score(student: &Graded) -> bool {
    student.state != State::Stopped
}

fn json(report: &Report) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::{
        Fault,
        class::{Crosstalk, Outcome},
    };
    use std::{env, fs};

    fn outcome(check: &str, weight: u32, fault: Option<Fault>) -> Outcome {
        Outcome {
            check: check.into(),
            title: format!("what {check} asks"),
            lesson: "0340".into(),
            section: "Two traps".into(),
            weight,
            passed: fault.is_none(),
            fault,
        }
    }

    fn fault(came: &str) -> Option<Fault> {
        Some(Fault::new("GET /", came, "0 seconds").of("https://class.example:4/"))
    }

    fn graded(student: &str, name: &str, state: State, score: f64, checks: Vec<Outcome>) -> Graded {
        Graded {
            student: student.into(),
            name: name.into(),
            email: format!("{student}@school.example"),
            sandbox: "https://class.example:4/".into(),
            production: "https://class.example:5/".into(),
            score,
            points_possible: 10.0,
            state,
            checks,
            comment: None,
        }
    }

    /// A class in which everything happens that an output must stand.
    fn report() -> Report {
        let both = |fault| {
            vec![
                outcome("0340-first", 1, None),
                outcome("0340-second", 2, fault),
            ]
        };
        let evil = "<script>alert(1)</script>, \"=1+1\"";
        let down = |check, weight| outcome(check, weight, fault("connection refused"));
        let students = vec![
            graded("ann", "Lee, Ann", State::Graded, 10.0, both(None)),
            graded(
                "1234567",
                "=HYPERLINK(\"x\")",
                State::Graded,
                3.33,
                both(fault(evil)),
            ),
            graded(
                "../bob",
                "",
                State::Unreachable,
                0.0,
                vec![down("0340-first", 1), down("0340-second", 2)],
            ),
            graded("cat", "Cat <b>Ö</b>", State::Stopped, 0.0, Vec::new()),
        ];
        Report {
            made: "2031-02-03T04:05:06Z".into(),
            assignment: "Week 5".into(),
            points_possible: 10.0,
            students,
            crosstalk: Some(Crosstalk {
                browsers: 1,
                copies: 4,
                jar: 80,
                mixed_up: vec!["1234567".into()],
            }),
        }
    }

    /// That `text` is what the golden file says. With SWEATBOX_GOLDEN set, it is written: look
    /// at what changed before you keep it.
    fn assert_golden(name: &str, text: &str) {
        let path = Path::new("tests/golden/grading").join(name);
        if env::var_os("SWEATBOX_GOLDEN").is_some() {
            fs::write(&path, text).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            text == golden,
            "{} differs from what came:\n{text}",
            path.display()
        );
    }

    #[test]
    fn every_output_is_as_its_golden_file() {
        let folder = tempfile::tempdir().unwrap();
        let report = report();
        write_all(&report, folder.path()).unwrap();
        let bob = folders::folder("../bob");
        for (golden, file) in [
            ("report.json", "report.json"),
            ("grades.csv", "grades.csv"),
            ("canvas.csv", "canvas.csv"),
            ("moodle.csv", "moodle.csv"),
            ("index.html", "report/index.html"),
            ("results-ann.json", "gradescope/ann/results.json"),
            ("results-1234567.json", "gradescope/1234567/results.json"),
            (
                "results-bob.json",
                &format!("gradescope/{bob}/results.json"),
            ),
        ] {
            let text = fs::read_to_string(folder.path().join(file)).unwrap();
            assert_golden(golden, &text);
        }
        assert!(!folder.path().join("gradescope/cat").exists());
        let read: Report = serde_json::from_str(&json(&report).unwrap()).unwrap();
        assert_eq!(read, report);
    }

    #[test]
    fn a_comment_stands_beside_the_grade_and_is_markup_to_nobody() {
        let mut report = report();
        report.students.truncate(2);
        report.students[0].comment = Some("=Well done, <Ann> & co".into());
        let moodle = GradeBook::Moodle.of(&report).unwrap();
        let told = "'=Well done, &lt;Ann&gt; &amp; co All 2 checks passed.";
        assert!(moodle.contains(told), "{moodle}");
        let grades = GradeBook::Grades.of(&report).unwrap();
        let mut lines = grades.lines();
        assert!(lines.next().unwrap().ends_with(",comment"), "{grades}");
        assert!(grades.contains("\"'=Well done, <Ann> & co\""), "{grades}");
        assert!(lines.next_back().unwrap().ends_with(','), "{grades}");
    }

    #[test]
    fn nothing_of_a_copy_is_markup_in_the_page() {
        let page = page::page(&report()).into_string();
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("Cat &lt;b&gt;Ö&lt;/b&gt;"));
        for never in ["<script", "<b>Ö", "http-equiv=\"refresh\"", "src="] {
            assert!(!page.contains(never), "{never}");
        }
    }
}
