//! The course's program in Express as a student's two copies: what each check says of it.

use crate::{
    grading_checks::{copies, verdicts},
    support::{Express, shared_mariadb},
};

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
