//! Check: each browser has a log of its own.

use super::visit_log::{visit, visits};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0335-own-log",
    title: "each browser has a log of its own",
    lesson: 335,
    section: "The log",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (first, second) = (probe.browser(), probe.browser());
    visits(&first, 2).await?;
    let asked = "GET /0335 twice, then once from another browser, which has no cookie";
    visit(&second).await?.expect_length(1, asked)?;
    let asked = "GET /0335 twice, once from another browser, then from the first one again";
    visit(&first).await?.expect_length(3, asked)
}
