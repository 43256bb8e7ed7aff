//! Check: the page greets who is logged in, and asks everybody else for a name.

use super::login::{expect_nobody, expect_user, log_in};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0415-hello",
    title: "the page greets who is logged in",
    lesson: 415,
    section: "The page",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    expect_nobody(&browser, "opening a new browser").await?;
    log_in(&browser, "Ann").await?;
    expect_user(&browser, "Ann", "logging in as Ann").await?;
    // Somebody else sits down at the same computer.
    log_in(&browser, "Bob").await?;
    expect_user(&browser, "Bob", "logging in as Ann, then as Bob").await
}
