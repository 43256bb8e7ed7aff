//! Check: a second request goes on with the session of the first.

use super::wait_page::sweat;
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0330-survives",
    title: "the session survives from one request to the next",
    lesson: 330,
    section: "What travels",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    sweat(&browser, 1).await.map(drop)
}
