//! What Gradescope takes for a student's result: `results.json` of its autograder.
//!
//! <https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format>

use super::{Graded, State};
use crate::grading::class::{Outcome, report::hundredths};
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct Results<'a> {
    score: f64,
    output: String,
    visibility: &'static str,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    number: &'a str,
    score: f64,
    max_score: f64,
    status: &'static str,
    output: String,
    output_format: &'static str,
    visibility: &'static str,
}

/// The file of one student.
pub(super) fn results(student: &Graded) -> io::Result<String> {
    let weights: u32 = student.checks.iter().map(|check| check.weight).sum();
    let worth = |check: &Outcome| match weights {
        0 => 0.0,
        all => hundredths(student.points_possible * f64::from(check.weight) / f64::from(all)),
    };
    let results = Results {
        score: student.score,
        output: summary(student),
        visibility: "visible",
        tests: student
            .checks
            .iter()
            .map(|check| test(check, worth(check)))
            .collect(),
    };
    Ok(serde_json::to_string_pretty(&results)? + "\n")
}

fn summary(student: &Graded) -> String {
    let copies = format!("{} and {}", student.sandbox, student.production);
    match student.state {
        State::Unreachable => format!("A copy did not answer: {copies}"),
        _ => format!(
            "{} of {} checks passed by {copies}",
            student.passed(),
            student.checks.len()
        ),
    }
}

fn test(check: &Outcome, worth: f64) -> Test<'_> {
    let output = check.fault.as_ref().map_or_else(String::new, |fault| {
        let copy = fault.copy.as_deref().unwrap_or("both");
        format!(
            "copy: {copy}\nasked: {}\ncame: {}\nexpected: {}\nsee: lesson {}, “{}”",
            fault.asked, fault.came, fault.expected, check.lesson, check.section
        )
    });
    Test {
        name: &check.title,
        number: &check.check,
        score: if check.passed { worth } else { 0.0 },
        max_score: worth,
        status: if check.passed { "passed" } else { "failed" },
        output,
        output_format: "text",
        visibility: "visible",
    }
}
