//! Check: HEAD, which only asks what a page is like, logs nothing.

use super::visit_log::{PATH, visit};
use crate::grading::{Check, Probe, Run, Verdict};
use reqwest::StatusCode;

pub(super) const CHECK: Check = Check {
    id: "0335-head",
    title: "HEAD logs nothing",
    lesson: 335,
    section: "What does not count",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    visit(&browser).await?;
    browser.head(PATH).await?.expect(StatusCode::OK)?;
    let asked = "GET /0335, HEAD /0335, GET /0335";
    visit(&browser).await?.expect_length(2, asked)
}
