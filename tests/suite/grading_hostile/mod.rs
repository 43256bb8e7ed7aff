//! Hostile and broken copies in a class: each costs its own student points, in bounded time and
//! memory, and nobody else anything.

mod every_kind;
mod many_at_once;
mod report_page;

use crate::{
    grading_class::{GRADE, report},
    support::{Folder, eventually},
};
use serde_json::Value;
use std::{
    fs::{self, File},
    process::Stdio,
    time::Duration,
};

/// What a run over a class may take at most, far from what it takes.
const SOON: Duration = Duration::from_secs(100);

/// What came of a run.
struct Run {
    report: Value,
    /// The lines that it told meanwhile.
    told: Vec<String>,
    /// The most memory that it had.
    mebibytes: u64,
}

/// Grades the class that is prepared in this folder.
async fn grade(folder: &Folder, more: &[&str]) -> Run {
    let told = File::create(folder.path("told")).unwrap();
    let mut command = tokio::process::Command::from(folder.command());
    let mut run = command
        .args([&GRADE[..], more].concat())
        .stdout(Stdio::null())
        .stderr(told)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let process = run.id().unwrap();
    let (mut mebibytes, mut ended) = (0, None);
    eventually("the run ends", SOON, async || {
        mebibytes = mebibytes.max(peak(process));
        ended = run.try_wait().unwrap();
        ended.is_some()
    })
    .await;
    let told = fs::read_to_string(folder.path("told")).unwrap();
    assert_eq!(ended.unwrap().code(), Some(0), "{told}");
    Run {
        report: report(folder),
        told: told.lines().map(String::from).collect(),
        mebibytes,
    }
}

/// The most memory that this process has had so far, in MiB; 0 when it has ended.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kibibytes.map_or(0, |number| number.parse::<u64>().unwrap() / 1024)
}

/// A check that is not passed: its id, and what came.
fn fault(check: &Value) -> (&str, &str) {
    let came = check["fault"]["came"].as_str().unwrap();
    (check["check"].as_str().unwrap(), came)
}

impl Run {
    fn student(&self, login: &str) -> &Value {
        let mut students = self.report["students"].as_array().unwrap().iter();
        let found = students.find(|student| student["student"] == login);
        found.unwrap_or_else(|| panic!("{login} is not in the report"))
    }

    /// Every check that is not passed, and what came.
    fn faults(&self, login: &str) -> Vec<(&str, &str)> {
        let checks = self.student(login)["checks"].as_array().unwrap().iter();
        let failed = checks.filter(|check| check["passed"] == false);
        failed.map(fault).collect()
    }

    /// Which line told first that a student's checks are through.
    fn place_of(&self, login: &str) -> usize {
        let start = format!("{login}: ");
        let place = self.told.iter().position(|line| line.starts_with(&start));
        place.unwrap_or_else(|| panic!("nothing was told of {login}: {:?}", self.told))
    }

    #[track_caller]
    fn expect_full_marks(&self, login: &str) {
        let student = self.student(login);
        assert!(self.faults(login).is_empty(), "{student}");
        assert_eq!(student["state"], "graded", "{student}");
        assert_eq!(student["score"], student["points_possible"], "{student}");
    }

    #[track_caller]
    fn expect_memory_below(&self, mebibytes: u64) {
        let had = self.mebibytes;
        assert!((1..mebibytes).contains(&had), "{had} MiB");
    }
}
