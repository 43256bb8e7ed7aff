//! The report as one page: offline, without scripts, to be read and to be printed.
//!
//! What copies said stands in it, and copies may be hostile: `maud` escapes all of it, nothing
//! of it becomes a link, and the page's own policy lets no script run whatever happens.

use super::{Graded, Report, State, has_score};
use crate::grading::class::Outcome;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeMap;

/// The look. No file beside the page is needed.
const STYLE: &str = include_str!("page.css");
/// Nothing is loaded, nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// The whole page.
pub(super) fn page(report: &Report) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (report.assignment) ": how the class stands" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#students" { "Skip to the students" }
                header {
                    h1 { (report.assignment) }
                    (summary(report))
                }
                main {
                    (class_table(report))
                    (check_table(report))
                    h2 { "Student by student" }
                    @for (number, student) in (1..).zip(&report.students) {
                        (section(number, student))
                    }
                }
            }
        }
    }
}

fn summary(report: &Report) -> Markup {
    let count = |state| {
        let students = report.students.iter();
        students.filter(|student| student.state == state).count()
    };
    let mean = mean(report);
    html! {
        p { "Made " time { (report.made) } ", with certificates not verified: a copy signs its \
            own." }
        ul {
            li { (report.students.len()) " students, "
                (count(State::Graded)) " graded, "
                (count(State::Unreachable)) " not reached, "
                (count(State::Stopped)) " not judged to the end" }
            @if let Some(mean) = mean {
                li { "On the average " (format!("{mean:.2}")) " of " (report.points_possible)
                    " points" }
            }
            @if let Some(crosstalk) = &report.crosstalk {
                li { (crosstalk.copies) " copies visited by "
                    @if crosstalk.browsers == 1 { "one browser" }
                    @else { (crosstalk.browsers) " browsers" }
                    ", at most " (crosstalk.jar) " in each: "
                    @if crosstalk.mixed_up.is_empty() { "each counter was its own" }
                    @else { "not each counter was its own (" (crosstalk.mixed_up.join(", ")) ")" }
                }
            }
        }
    }
}

fn mean(report: &Report) -> Option<f64> {
    let scores = report.students.iter().filter_map(Graded::final_score);
    let scores: Vec<_> = scores.collect();
    let count = u32::try_from(scores.len())
        .ok()
        .filter(|count| *count > 0)?;
    Some(scores.iter().sum::<f64>() / f64::from(count))
}

fn class_table(report: &Report) -> Markup {
    html! {
        h2 #students { "The class" }
        div.scroll tabindex="0" role="region" aria-label="The class" {
            table {
                caption { "Points of each student" }
                thead { tr {
                    th scope="col" { "Student" } th scope="col" { "Login" }
                    th scope="col" { "Points" } th scope="col" { "Checks passed" }
                    th scope="col" { "State" }
                } }
                tbody {
                    @for (number, student) in (1..).zip(&report.students) {
                        tr {
                            th scope="row" { a href=(format!("#s{number}")) { (student.called()) } }
                            td { (student.student) }
                            td.number { (points(student)) }
                            td.number { (student.passed()) " of " (student.checks.len()) }
                            td { (state(student)) }
                        }
                    }
                }
            }
        }
    }
}

/// Which check how many have passed: what to talk about in the next lesson.
fn check_table(report: &Report) -> Markup {
    let mut checks: BTreeMap<&str, (&Outcome, usize, usize)> = BTreeMap::new();
    for student in report.students.iter().filter(|student| has_score(student)) {
        for check in &student.checks {
            let entry = checks.entry(&check.check).or_insert((check, 0, 0));
            entry.1 += usize::from(check.passed);
            entry.2 += 1;
        }
    }
    html! {
        h2 { "The checks" }
        div.scroll tabindex="0" role="region" aria-label="The checks" {
            table {
                caption { "How many students pass each check" }
                thead { tr {
                    th scope="col" { "Check" } th scope="col" { "Lesson" }
                    th scope="col" { "Weight" } th scope="col" { "Passed" }
                } }
                tbody {
                    @for (check, passed, all) in checks.values() {
                        tr {
                            th scope="row" { (check.title) " " code { (check.check) } }
                            td { (check.lesson) }
                            td.number { (check.weight) }
                            td.number { (passed) " of " (all) }
                        }
                    }
                }
            }
        }
    }
}

fn section(number: usize, student: &Graded) -> Markup {
    let (passed, failed): (Vec<_>, Vec<_>) = student.checks.iter().partition(|check| check.passed);
    let id = format!("s{number}");
    html! {
        section aria-labelledby=(id) {
            h3 id=(id) { (student.called()) }
            p { (state(student)) ", " (points(student)) " of " (student.points_possible)
                " points. Login " (student.student) "; sandbox " (student.sandbox)
                ", production " (student.production) "." }
            @if student.state == State::Unreachable {
                (unreachable(student))
            } @else if !failed.is_empty() {
                h4 { "Not passed" }
                ul.failed { @for check in &failed { (failure(check)) } }
            }
            @if !passed.is_empty() {
                h4 { "Passed" }
                ul.passed { @for check in &passed { li { (check.title) } } }
            }
        }
    }
}

/// All checks have one fault then, and once is enough.
fn unreachable(student: &Graded) -> Markup {
    let fault = student.checks.iter().find_map(|check| check.fault.as_ref());
    html! {
        @if let Some(fault) = fault {
            p { "Nothing was judged: " @if let Some(copy) = &fault.copy { (copy) ": " }
                (fault.came) "." }
        }
    }
}

fn failure(check: &Outcome) -> Markup {
    html! {
        li {
            strong { (check.title) } " " code { (check.check) }
            dl {
                @if let Some(fault) = &check.fault {
                    @if let Some(copy) = &fault.copy { dt { "Copy" } dd { (copy) } }
                    dt { "Asked" } dd { (fault.asked) }
                    dt { "Came" } dd { (fault.came) }
                    dt { "Expected" } dd { (fault.expected) }
                }
                dt { "See" } dd { "lesson " (check.lesson) ", “" (check.section) "”" }
            }
        }
    }
}

fn points(student: &Graded) -> String {
    let score = student.final_score();
    score.map_or_else(|| "–".into(), |score| score.to_string())
}

fn state(student: &Graded) -> &'static str {
    match student.state {
        State::Graded => "graded",
        State::Unreachable => "not reached",
        State::Stopped => "not judged to the end",
    }
}
