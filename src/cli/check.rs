//! `sweatbox check [PORT or URL]`: a student's own look at a running copy, from outside.

use crate::{
    config::{self, Options, Refusal},
    grading::{self, CHECKS, Copies, Probe, Verdict},
    identity::Port,
};
use reqwest::Url;
use std::{collections::BTreeSet, process::ExitCode};

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// The running copy: its port on this machine, or its address, such as https://host:41220
    /// [default: this folder's port]
    #[arg(value_name = "PORT or URL", env = "SWEATBOX_PORT")]
    copy: Option<String>,

    /// The other copy of the same student, to judge the two as neighbours as well
    #[arg(long, value_name = "PORT or URL")]
    production: Option<String>,

    /// Only the checks of this lesson
    #[arg(long, value_name = "NNNN")]
    lesson: Option<u16>,

    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// A check and how it came out.
type Judged = (&'static grading::Check, Verdict);

pub(super) fn run(args: &Check) -> anyhow::Result<ExitCode> {
    let base = address(args.copy.as_deref())?;
    let other = args.production.as_deref();
    let other = other.map(|copy| address(Some(copy))).transpose()?;
    let checks = wanted(args.lesson)?;
    let judged = super::block_on(judge(&base, other.as_ref(), checks, args.json))??;
    let passed = judged.iter().filter(|(_, verdict)| verdict.is_ok());
    let (passed, all) = (passed.count(), judged.len());
    super::say(&match args.json {
        true => json(&base, &judged),
        false => format!("{passed} of {all} checks passed\n"),
    })?;
    Ok(match passed == all {
        true => ExitCode::SUCCESS,
        false => super::FOUND.into(),
    })
}

/// The address of the copy that is meant; without a word, of this folder's.
fn address(copy: Option<&str>) -> Result<Url, Refusal> {
    let refuse = |problem: String| {
        let mend = "sweatbox check 41220, or sweatbox check https://localhost:41220";
        Refusal::new(problem, mend)
    };
    let here = |port: Port| format!("https://localhost:{port}/");
    let address = match copy {
        None => here(config::assignment(&Options::default())?.port()),
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let port = text.parse::<Port>();
            here(port.map_err(|error| refuse(error.to_string()))?)
        }
        Some(text) => text.to_owned(),
    };
    let url = Url::parse(&address).ok();
    let url = url.filter(|url| url.scheme() == "https" && url.has_host());
    let what = "neither a port nor an https address";
    let mut url = url.ok_or_else(|| refuse(format!("`{address}` is {what}")))?;
    // Whichever page the address was copied from, the copy is meant.
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn wanted(lesson: Option<u16>) -> Result<Vec<&'static grading::Check>, Refusal> {
    let is_wanted = |check: &&grading::Check| lesson.is_none_or(|number| check.lesson == number);
    let checks: Vec<_> = CHECKS.iter().filter(is_wanted).collect();
    let Some(lesson) = lesson.filter(|_| checks.is_empty()) else {
        return Ok(checks);
    };
    let known: BTreeSet<_> = CHECKS.iter().map(|check| check.lesson).collect();
    let known: Vec<_> = known.iter().map(|number| format!("{number:04}")).collect();
    let mend = format!("sweatbox check --lesson {}", known[0]);
    let known = known.join(", ");
    let problem = format!("there are no checks of lesson {lesson:04}, only of {known}");
    Err(Refusal::new(problem, mend))
}

/// Runs the checks one after another and, unless JSON is wanted, tells of each as it ends.
async fn judge(
    base: &Url,
    other: Option<&Url>,
    checks: Vec<&'static grading::Check>,
    json: bool,
) -> anyhow::Result<Vec<Judged>> {
    let mut copies = Copies::single(way_to(base).await?);
    if let Some(other) = other {
        copies.production = Some(way_to(other).await?);
    }
    if !json {
        let whose = "its certificate is not verified: a copy signs its own";
        super::say(&format!("{base} ({whose})\n"))?;
    }
    let mut judged = Vec::new();
    for check in checks {
        if !check.applies(&copies) {
            if !json {
                super::say(&skipped(check))?;
            }
            continue;
        }
        let verdict = check.judge(&copies).await;
        if !json {
            super::say(&lines(base, check, &verdict))?;
        }
        judged.push((check, verdict));
    }
    Ok(judged)
}

/// The way to a copy that answers.
async fn way_to(base: &Url) -> anyhow::Result<Probe> {
    let probe = Probe::new(base.clone())?;
    let reached = probe.reach().await;
    reached.map_err(|cause| unreachable(base, &cause))?;
    Ok(probe)
}

fn unreachable(base: &Url, cause: &str) -> Refusal {
    let mend = "start the copy with `sweatbox`, in its own folder and another terminal; \
                what it prints names its port";
    Refusal::new(format!("no copy answers at {base}: {cause}"), mend)
}

/// One line, and for a check that is not passed what a student needs to go on.
fn lines(base: &Url, check: &grading::Check, verdict: &Verdict) -> String {
    let mark = if verdict.is_ok() { "ok" } else { "FAILED" };
    let mut text = format!("{mark:9}{:22}{}\n", check.id, check.title);
    if let Err(fault) = verdict {
        let copy = fault.copy.as_deref().filter(|copy| *copy != base.as_str());
        if let Some(copy) = copy {
            text += &format!("{:11}{:10}{copy}\n", "", "copy:");
        }
        for (name, what) in [
            ("asked", &fault.asked),
            ("came", &fault.came),
            ("expected", &fault.expected),
            ("look at", &explained(base, check)),
        ] {
            text += &format!("{:11}{:10}{what}\n", "", format!("{name}:"));
        }
    }
    text
}

/// One line for a check that looks at two copies, when there is one.
fn skipped(check: &grading::Check) -> String {
    let needs = "needs both copies: --production PORT";
    format!("{:9}{:22}{} ({needs})\n", "-", check.id, check.title)
}

/// Where the lesson says what is asked.
fn explained(base: &Url, check: &grading::Check) -> String {
    format!("{base}lessons/{:04}, “{}”", check.lesson, check.section)
}

fn json(base: &Url, judged: &[Judged]) -> String {
    let check = |(check, verdict): &Judged| {
        serde_json::json!({
            "check": check.id,
            "title": check.title,
            "lesson": format!("{:04}", check.lesson),
            "weight": check.weight,
            "passed": verdict.is_ok(),
            "fault": verdict.as_ref().err(),
            "look_at": explained(base, check),
        })
    };
    let report = serde_json::json!({
        "copy": base.as_str(),
        "certificate": "not verified",
        "passed": judged.iter().all(|(_, verdict)| verdict.is_ok()),
        "checks": judged.iter().map(check).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(copy: &str) -> Result<String, String> {
        let url = address(Some(copy)).map_err(|refusal| refusal.problem)?;
        Ok(url.to_string())
    }

    #[test]
    fn a_copy_is_named_by_its_port_or_by_the_address_of_any_of_its_pages() {
        let copy = Ok("https://localhost:41220/".to_owned());
        for text in [
            "41220",
            "https://localhost:41220",
            "https://localhost:41220/lessons/0335?x=1#tasks",
        ] {
            assert_eq!(parsed(text), copy, "{text}");
        }
    }

    #[test]
    fn what_names_no_copy_is_refused() {
        for text in ["", "0", "65536"] {
            assert!(
                parsed(text).unwrap_err().contains("is not a port"),
                "{text}"
            );
        }
        for text in [
            "localhost:41220",
            "http://localhost:41220",
            "https://",
            "-1",
        ] {
            let problem = parsed(text).unwrap_err();
            assert!(
                problem.contains("neither a port nor an https address"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_lesson_without_checks_is_refused_with_those_that_have_some() {
        assert!(wanted(Some(335)).unwrap().len() < wanted(None).unwrap().len());
        let refusal = wanted(Some(300)).unwrap_err();
        assert!(
            refusal.problem.contains("0300, only of 0310, 0330, 0335"),
            "{refusal}"
        );
    }
}
