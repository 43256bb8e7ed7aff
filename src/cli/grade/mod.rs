//! `sweatbox grade ROSTER --out DIR`: an instructor's look at a whole class, from outside.

mod meanwhile;
mod plan;

use crate::{
    config::Refusal,
    grading::class::{self, Report, State},
    host::allow_open_files,
    server,
};
use anyhow::Context;
use meanwhile::Meanwhile;
use plan::Plan;
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio_util::sync::CancellationToken;

/// A check may open twenty connections at once: as many as five copies that are served.
pub(super) const OPEN_AS: usize = 5;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Judges the sandbox and the production copy of every student from outside, as visitors would, and \
writes into DIR: report/index.html for people, grades.csv, canvas.csv and moodle.csv for grade \
books, gradescope/STUDENT/results.json, and report.json. Ctrl-C leaves a report of what is done; \
`--resume` goes on from there. Certificates are not verified: copies sign their own.

Exit codes: 0 everybody has a score, whatever it is; 1 the run was stopped, so somebody has none; \
2 wrong usage or input.")]
pub(super) struct Grade {
    /// The class: CSV with the columns student, name, email, host, sandbox, production
    #[arg(value_name = "ROSTER", required_unless_present = "list")]
    roster: Option<PathBuf>,

    /// Folder for the report and the grade books' files; made if it is missing
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    out: Option<PathBuf>,

    /// What counts and how much: TOML, see --list [default: everything, 100 points]
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,

    /// Print all checks with their weights, as a profile to start from, and do nothing else
    #[arg(long)]
    list: bool,

    /// Grade this student alone and keep what report.json holds of the others; may be repeated
    #[arg(long, value_name = "STUDENT")]
    only: Vec<String>,

    /// Keep what report.json holds of students who were graded to the end
    #[arg(long)]
    resume: bool,

    /// So many students at once [default: the whole class, up to 200]
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=500)
    )]
    jobs: Option<u16>,

    /// So many copies in one browser, which keeps about 180 cookies of a host
    #[arg(
        long,
        value_name = "N",
        default_value_t = 80,
        value_parser = clap::value_parser!(u16).range(2..=180)
    )]
    jar: u16,

    /// What one student's checks may take
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 120,
        value_parser = clap::value_parser!(u16).range(1..=3600)
    )]
    limit: u16,

    /// JSON file for the copies' database: look whether each copy has a table of its own
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
}

pub(super) fn run(args: &Grade) -> anyhow::Result<ExitCode> {
    if args.list {
        super::say(&class::list())?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = Plan::of(args)?;
    allow_open_files(plan.copies() + plan.at_once() * OPEN_AS)?;
    let report = super::block_on(grade(&plan))??;
    let written = class::write_all(&report, &plan.out);
    written.map_err(|error| Refusal::io("write into", &plan.out, &error))?;
    super::say(&summary(&report, &plan))?;
    Ok(match report.is_complete() {
        true => ExitCode::SUCCESS,
        false => super::FOUND.into(),
    })
}

async fn grade(plan: &Plan) -> anyhow::Result<Report> {
    let class = Arc::new(plan.class().await?);
    let stopping = CancellationToken::new();
    let stop = server::stop_signal()?;
    let told = stopping.clone();
    tokio::spawn(async move {
        stop.await;
        told.cancel();
    });
    let meanwhile = Meanwhile::over(class.students.len());
    let (graded, crosstalk) = class::grade(&class, &meanwhile.watch(), &stopping).await;
    meanwhile.end();
    let made = OffsetDateTime::now_utc().replace_nanosecond(0)?;
    Ok(Report {
        made: made
            .format(&Rfc3339)
            .context("the date cannot be written")?,
        assignment: plan.profile.assignment.clone(),
        points_possible: plan.profile.points,
        students: plan.with_those_kept(graded),
        crosstalk,
    })
}

fn summary(report: &Report, plan: &Plan) -> String {
    let count = |state| {
        let students = report.students.iter();
        students.filter(|student| student.state == state).count()
    };
    let (all, graded) = (report.students.len(), count(State::Graded));
    let unreachable = count(State::Unreachable);
    let mut text = format!("{graded} of {all} students graded, {unreachable} not reached\n");
    if !report.is_complete() {
        let stopped = count(State::Stopped);
        text += &format!("{stopped} not judged to the end: the same command with --resume\n");
    }
    let page = plan.out.join("report/index.html");
    text + &format!("report: {}\n", page.display())
}
