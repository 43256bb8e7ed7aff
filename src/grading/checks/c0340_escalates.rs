//! Check: each refresh waits as long as the page before it has said.

use super::wait_page::{PATH, expect};
use crate::grading::{Check, Probe, Run, Verdict};

/// The last wait that is measured, in seconds.
const LONGEST: u64 = 2;

pub(super) const CHECK: Check = Check {
    id: "0340-escalates",
    title: "each refresh waits a second longer than the one before",
    lesson: 340,
    section: "The handler",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    expect(&browser, PATH, 0, "GET / by a new browser").await?;
    for wait in 0..=LONGEST {
        let asked = format!("GET / by a new browser, visit {}", wait + 2);
        let page = expect(&browser, PATH, wait + 1, &asked).await?;
        page.expect_wait(wait, &asked)?;
    }
    Ok(())
}
