//! Check: nothing but a form of the copy's own pages clears the log.

use super::visit_log::{CLEAR, visit, visits};
use crate::grading::{Check, Probe, Run, Verdict};
use reqwest::StatusCode;

pub(super) const CHECK: Check = Check {
    id: "0335-own-pages-only",
    title: "no link and no foreign page clears the log",
    lesson: 335,
    section: "Clearing it",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    visits(&browser, 2).await?;
    // Whatever the answer is: only what it does to the log matters.
    browser.get(CLEAR).await?;
    let asked = "GET /0335 twice, GET /0335/clear, GET /0335";
    visit(&browser).await?.expect_length(3, asked)?;
    let foreign = browser.submit_from_next_door(CLEAR, &[]).await?;
    foreign.expect(StatusCode::FORBIDDEN)?;
    let asked = "GET /0335 three times, POST /0335/clear from a page of another port, GET /0335";
    visit(&browser).await?.expect_length(4, asked)
}
