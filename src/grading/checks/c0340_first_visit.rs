//! Check: a new visitor begins at 0, at once.

use super::wait_page::sweat;
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0340-first-visit",
    title: "a first visit begins at 0, at once",
    lesson: 340,
    section: "The handler",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let page = sweat(&probe.browser(), 0).await?;
    page.expect_wait(0, "GET / by a new browser")
}
