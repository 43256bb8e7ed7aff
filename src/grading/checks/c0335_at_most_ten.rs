//! Check: of more than ten visits the ten newest are kept.

use super::visit_log::{OVER_A_SECOND, visit, visits};
use crate::grading::{Check, Probe, Run, Verdict};
use tokio::time::sleep;

const ASKED: &str = "GET /0335, ten times and, a second later, once more";

pub(super) const CHECK: Check = Check {
    id: "0335-at-most-ten",
    title: "of eleven visits, the ten newest are kept",
    lesson: 335,
    section: "The log",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    let full = visits(&browser, 10).await?;
    full.expect_length(10, "GET /0335, ten times")?;
    sleep(OVER_A_SECOND).await;
    let log = visit(&browser).await?;
    log.expect_length(10, ASKED)?;
    // Wherever the newest one stands: the order is another check's.
    match log.times.iter().max() > full.times.iter().max() {
        true => Ok(()),
        false => Err(log.fault(ASKED, "the last visit in the log, and the oldest one gone")),
    }
}
