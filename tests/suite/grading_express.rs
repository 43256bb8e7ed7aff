//! The course's program in Express as a student's two copies: what each check says of it.

use crate::{
    grading_checks::{copies, page_checks, verdicts},
    grading_class::{GRADE, line, prepare, report},
    support::{Express, Folder, shared_mariadb},
};
use serde_json::Value;

/// The checks that it does not pass, each with a part of what it does instead. All others it
/// passes: it keeps ids that it has made itself, names its cookie and table after the port, and
/// a port's key is another one for each of two copies.
const FAULTS: &[(&str, &str)] = &[
    // express-session sets no `SameSite` unless it is told to; the course's program does not.
    ("0310-flags", "without SameSite=Lax"),
    // A GET counts and resets, whichever page it is for: 1, 2, 0, and then 1 again.
    ("0310-foreign-image", "wait 1 seconds"),
    // A session without a `wait`, and a handler that shows it all the same.
    ("0340-newcomer", "wait undefined seconds"),
    // The empty address keeps `?haveEnough=1`.
    ("0340-onwards", "wait 0 seconds"),
    // All four have read 1 before their waits, and write 2 after them.
    ("0340-overlapping", "a highest number of 2"),
    // Express gives HEAD to the handler for GET.
    ("0340-head", "wait 2 seconds"),
    ("0400-key", "made with the port, "),
];

#[tokio::test]
#[ignore = "needs Node and MariaDB: scripts/test"]
async fn the_course_s_program_gets_the_verdicts_that_it_deserves() {
    let server = shared_mariadb().await;
    let credentials = server.credentials_json(&server.new_database().await);
    let sandbox = Express::start(&credentials).await;
    let production = Express::start(&credentials).await;
    for (check, verdict) in verdicts(&copies(&sandbox.url(), &production.url())).await {
        match FAULTS.iter().find(|(faulty, _)| *faulty == check) {
            None => assert_eq!(verdict, Ok(()), "{check}"),
            Some((_, came)) => {
                let fault = verdict.expect_err(check);
                assert!(fault.came.contains(came), "{check}: {fault:?}");
                assert_eq!(fault.copy, Some(sandbox.url()), "{check}");
            }
        }
    }
}

/// What shows in a class alone. The course's program passes both: its cookie and its table have
/// the port in their names.
const OF_A_CLASS: [&str; 2] = ["0350-shared-jar", "0350-own-table"];

#[tokio::test]
#[ignore = "needs Node and MariaDB: scripts/test"]
async fn in_a_class_the_course_s_program_fails_the_same_checks_and_no_others() {
    let server = shared_mariadb().await;
    let credentials = server.credentials_json(&server.new_database().await);
    let students = [
        Express::start_pair(&credentials).await,
        Express::start_pair(&credentials).await,
    ];
    let folder = Folder::new();
    let ports = |pair: &[Express; 2]| pair.each_ref().map(|copy| copy.port);
    let lines = [
        line("ann", ports(&students[0])),
        line("bob", ports(&students[1])),
    ];
    let checks = page_checks().map(|check| check.id);
    let checks: Vec<_> = checks.chain(OF_A_CLASS).collect();
    prepare(&folder, &lines, &checks);
    folder.write("account.json", &credentials, 0o600);
    let more = ["--credentials", "account.json"];
    let output = folder.run_soon(&[&GRADE[..], &more[..]].concat()).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = report(&folder);
    assert_eq!(report["crosstalk"]["copies"], 4);
    assert_eq!(report["crosstalk"]["mixed_up"], serde_json::json!([]));
    for student in report["students"].as_array().unwrap() {
        expect_verdicts(student, &checks);
    }
}

/// That a student of the report has failed what the course's program fails, and passed the rest.
fn expect_verdicts(student: &Value, checks: &[&str]) {
    assert_eq!(student["state"], "graded", "{student}");
    let outcomes = student["checks"].as_array().unwrap();
    assert_eq!(outcomes.len(), checks.len(), "{student}");
    for outcome in outcomes {
        let mut faults = FAULTS.iter();
        let fault = faults.find(|(check, _)| outcome["check"] == *check);
        assert_eq!(outcome["passed"], fault.is_none(), "{outcome}");
        if let Some((_, came)) = fault {
            let said = outcome["fault"]["came"].as_str().unwrap();
            assert!(said.contains(came), "{outcome}");
        }
    }
    let passed = (checks.len() - FAULTS.len()) as f64;
    let score = (1_000.0 * passed / checks.len() as f64).round() / 100.0;
    assert_eq!(student["score"], score, "{student}");
}
