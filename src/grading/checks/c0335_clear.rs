//! Check: the form "Clear" empties the log.

use super::visit_log::{CLEAR, PATH, visit, visits};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0335-clear",
    title: "clearing empties the log",
    lesson: 335,
    section: "Clearing it",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    visits(&browser, 3).await?;
    browser.submit(CLEAR, &[]).await?.expect_obeyed(PATH)?;
    let asked = "GET /0335 three times, POST /0335/clear, GET /0335, which is a visit again";
    visit(&browser).await?.expect_length(1, asked)?;
    // Whoever has no log yet may clear it as well.
    let stranger = probe.browser();
    stranger.submit(CLEAR, &[]).await?.expect_obeyed(PATH)
}
