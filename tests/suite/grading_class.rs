//! `sweatbox grade`: a class with one command, whatever some of its copies do.

use crate::support::{Folder, Mistake, WrongCopy};
use serde_json::Value;
use std::{
    fs,
    net::TcpListener,
    process::{Command, Output, Stdio},
};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};

const FIRST: &str = "student,name,email,host,sandbox,production\n";

fn port(copy: &WrongCopy) -> u16 {
    let url: reqwest::Url = copy.url().parse().unwrap();
    url.port().unwrap()
}

/// Two ports at which nothing answers right now.
pub fn free_ports() -> [u16; 2] {
    let open = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    open.map(|listener| listener.local_addr().unwrap().port())
}

/// A line of a roster.
pub fn line(student: &str, ports: [u16; 2]) -> String {
    let [sandbox, production] = ports;
    format!("{student},,{student}@school.example,localhost,{sandbox},{production}\n")
}

/// The ports of a student's copies.
pub fn ports(pair: &[WrongCopy; 2]) -> [u16; 2] {
    [port(&pair[0]), port(&pair[1])]
}

/// Writes the roster and a profile of these checks, for ten points.
pub fn prepare(folder: &Folder, lines: &[String], checks: &[&str]) {
    folder.write("roster.csv", &(FIRST.to_owned() + &lines.concat()), 0o600);
    let checks = checks.iter().map(|check| format!("{check} = 1\n"));
    let checks: String = checks.collect();
    let profile = format!("assignment = 'Week 5'\npoints = 10\n[checks]\n{checks}");
    folder.write("profile.toml", &profile, 0o600);
}

/// What grades by them.
pub const GRADE: [&str; 6] = [
    "grade",
    "roster.csv",
    "--out",
    "out",
    "--profile",
    "profile.toml",
];

async fn grade(folder: &Folder, more: &[&str]) -> Output {
    folder.run_soon(&[&GRADE, more].concat()).await
}

/// What came of it.
pub fn report(folder: &Folder) -> Value {
    let text = fs::read_to_string(folder.path("out/report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Login, state and score of each student.
fn scores(report: &Value) -> Vec<(String, String, f64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let students = report["students"].as_array().unwrap().iter();
    let scores = students.map(|one| {
        let score = one["score"].as_f64().unwrap();
        (text(&one["student"]), text(&one["state"]), score)
    });
    scores.collect()
}

fn score(student: &str, state: &str, score: f64) -> (String, String, f64) {
    (student.into(), state.into(), score)
}

#[tokio::test]
async fn one_command_grades_the_right_the_wrong_and_the_absent() {
    let folder = Folder::new();
    let right = WrongCopy::start_pair(Mistake::Nothing);
    let mixed = WrongCopy::start_pair(Mistake::PlainCookieName);
    let lines = [
        line("ann", ports(&right)),
        line("bob", ports(&mixed)),
        line("cat", free_ports()),
    ];
    prepare(&folder, &lines, &["0340-first-visit", "0350-shared-jar"]);
    let output = grade(&folder, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("2 of 3 students graded, 1 not reached"),
        "{said}"
    );
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("ann: 1 of 1 checks passed"), "{told}");
    assert!(told.contains("cat: unreachable: "), "{told}");
    let first = report(&folder);
    let expected = [
        score("ann", "graded", 10.0),
        score("bob", "graded", 5.0),
        score("cat", "unreachable", 0.0),
    ];
    assert_eq!(scores(&first), expected);
    assert_eq!(first["crosstalk"]["mixed_up"], serde_json::json!(["bob"]));
    assert_eq!(first["crosstalk"]["copies"], 4);
    for file in [
        "grades.csv",
        "canvas.csv",
        "moodle.csv",
        "report/index.html",
    ] {
        assert!(folder.path("out").join(file).is_file(), "{file}");
    }
    assert!(folder.path("out/gradescope/cat/results.json").is_file());

    // One student anew: what is known of the others stays.
    let output = grade(&folder, &["--only", "cat"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(scores(&report(&folder)), expected);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("cat: ") && !told.contains("ann: "), "{told}");
}

/// Reads on until a line begins so.
async fn read_until(lines: &mut Lines<impl AsyncBufReadExt + Unpin>, start: &str) {
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.starts_with(start) {
            return;
        }
    }
    panic!("it ended without a line `{start}…`");
}

#[tokio::test]
async fn a_run_that_is_stopped_leaves_what_is_done_and_is_resumed() {
    let folder = Folder::new();
    let right = WrongCopy::start_pair(Mistake::Nothing);
    // Takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_port = silent.local_addr().unwrap().port();
    let lines = [
        line("ann", ports(&right)),
        line("dan", [silent_port, free_ports()[0]]),
    ];
    prepare(&folder, &lines, &["0340-first-visit"]);
    let mut command = tokio::process::Command::from(folder.command());
    let mut run = command
        .args(GRADE)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut told = BufReader::new(run.stderr.take().unwrap()).lines();
    // The silent copy delays nobody.
    read_until(&mut told, "ann: 1 of 1").await;
    let process = run.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-INT", &process]).status();
    assert!(sent.unwrap().success());
    assert_eq!(run.wait().await.unwrap().code(), Some(1));
    let expected = [score("ann", "graded", 10.0), score("dan", "stopped", 0.0)];
    assert_eq!(scores(&report(&folder)), expected);
    assert!(!folder.path("out/gradescope/dan").exists());

    drop(silent);
    let output = grade(&folder, &["--resume"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("dan: ") && !told.contains("ann: "), "{told}");
    let expected = [
        score("ann", "graded", 10.0),
        score("dan", "unreachable", 0.0),
    ];
    assert_eq!(scores(&report(&folder)), expected);
}

#[tokio::test]
async fn an_account_on_the_database_shows_whether_tables_are_apart() {
    let folder = Folder::new();
    let hosted = free_ports();
    let without_tables = WrongCopy::start_pair(Mistake::Nothing);
    let lines = [line("ann", hosted), line("bob", ports(&without_tables))];
    prepare(&folder, &lines, &["0350-own-table"]);
    folder.write("hosted.csv", &(FIRST.to_owned() + &lines[0]), 0o600);
    let arguments = ["host", "hosted.csv", "--bind", "127.0.0.1"];
    let _hosted = folder.serve_on(hosted[0], &arguments).await;
    let database = folder.path("sweatbox.sqlite");
    let account = serde_json::json!({ "driver": "sqlite", "database": database });
    folder.write("account.json", &account.to_string(), 0o600);
    let output = grade(&folder, &["--credentials", "account.json"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = report(&folder);
    let expected = [score("ann", "graded", 10.0), score("bob", "graded", 0.0)];
    assert_eq!(scores(&report), expected);
    let came = &report["students"][1]["checks"][0]["fault"]["came"];
    assert_eq!(*came, "no such table, and then no such table");
}

#[test]
fn the_list_of_checks_is_a_profile() {
    let folder = Folder::new();
    let output = folder.run(&["grade", "--list"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["[checks]", "0340-escalates", "0350-shared-jar"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn what_cannot_be_graded_is_refused_before_anything_is_done() {
    let folder = Folder::new();
    prepare(&folder, &[line("ann", [1, 2])], &["0350-own-table"]);
    folder.write("odd.csv", &format!("{FIRST}ann,,,localhost,1,x\n"), 0o600);
    for (arguments, part) in [
        (&["grade", "roster.csv"][..], "--out"),
        (
            &["grade", "no.csv", "--out", "out"][..],
            "there is no roster no.csv",
        ),
        (
            &["grade", "odd.csv", "--out", "out"][..],
            "odd.csv, line 2, column 6 (production): `x` is not a port",
        ),
        (&GRADE[..], "need an account"),
        (
            &["grade", "roster.csv", "--out", "out", "--only", "bob"][..],
            "--only bob: there is no such student",
        ),
        (
            &["grade", "roster.csv", "--out", "roster.csv/out"][..],
            "roster.csv",
        ),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    assert!(!folder.path("out").exists());
}
