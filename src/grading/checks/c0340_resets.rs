//! Check: `haveEnough=1` takes the number back to 0, from which it goes on.

use super::wait_page::{ENOUGH, PATH, expect, sweat};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0340-resets",
    title: "haveEnough=1 takes the wait back to 0",
    lesson: 340,
    section: "The handler",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    sweat(&browser, 1).await?;
    let asked = "GET / twice, then GET /?haveEnough=1";
    let page = expect(&browser, ENOUGH, 0, asked).await?;
    page.expect_wait(0, asked)?;
    let asked = "GET / twice, GET /?haveEnough=1, then GET /";
    expect(&browser, PATH, 1, asked).await.map(drop)
}
