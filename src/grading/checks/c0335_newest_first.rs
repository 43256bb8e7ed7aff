//! Check: the newest visit is at the top.

use super::visit_log::{OVER_A_SECOND, visit};
use crate::grading::{Check, Probe, Run, Verdict};
use tokio::time::sleep;

const ASKED: &str = "GET /0335, twice, more than a second apart";

pub(super) const CHECK: Check = Check {
    id: "0335-newest-first",
    title: "the newest visit is at the top",
    lesson: 335,
    section: "The log",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    visit(&browser).await?.expect_length(1, "GET /0335, once")?;
    sleep(OVER_A_SECOND).await;
    let log = visit(&browser).await?;
    log.expect_length(2, ASKED)?;
    // Written alike, times are in the order of their characters.
    match log.times[0] > log.times[1] {
        true => Ok(()),
        false => Err(log.fault(ASKED, "the later time first")),
    }
}
