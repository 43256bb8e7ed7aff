//! Many hostile copies at the same time: memory has a bound all the same.

use super::grade;
use crate::{
    grading_class::{line, ports, prepare},
    support::{Folder, Hostile, Manner, Mistake, WrongCopy},
};

/// So many students, each with two such copies and as many checks as run at once.
const STUDENTS: usize = 16;
const CHECKS: [&str; 7] = [
    "0310-flags",
    "0310-age",
    "0330-survives",
    "0340-page",
    "0340-first-visit",
    "0350-cookie-name",
    "0400-tampered",
];

/// Without a bound on what is read, this many connections would take gigabytes in the ten seconds
/// that each has.
#[tokio::test]
async fn sixteen_endless_students_at_once_take_bounded_memory() {
    let folder = Folder::new();
    let good = WrongCopy::start_pair(Mistake::Nothing);
    let (mut hostile, mut lines) = (Vec::new(), Vec::new());
    for number in 0..STUDENTS {
        let pair = Hostile::start_pair(Manner::EndlessBody).await;
        let ports = pair.each_ref().map(|copy| copy.port);
        lines.push(line(&format!("endless{number}"), ports));
        hostile.push(pair);
    }
    lines.push(line("zoe", ports(&good)));
    prepare(&folder, &lines, &CHECKS);
    let run = grade(&folder, &[]).await;
    for number in 0..STUDENTS {
        let login = format!("endless{number}");
        let faults = run.faults(&login);
        assert_eq!(faults.len(), CHECKS.len(), "{login}: {faults:?}");
        for (check, came) in faults {
            assert!(came.contains("more than 256 KiB"), "{check}: {came}");
        }
    }
    run.expect_full_marks("zoe");
    run.expect_memory_below(300);
}
