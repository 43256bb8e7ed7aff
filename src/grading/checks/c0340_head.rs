//! Check: HEAD, which only asks what the page is like, does not count.

use super::wait_page::{PATH, expect, sweat};
use crate::grading::{Check, Probe, Run, Verdict};
use reqwest::StatusCode;

pub(super) const CHECK: Check = Check {
    id: "0340-head",
    title: "HEAD does not count",
    lesson: 340,
    section: "The handler",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    sweat(&browser, 0).await?;
    browser.head(PATH).await?.expect(StatusCode::OK)?;
    let asked = "GET /, HEAD /, GET /";
    expect(&browser, PATH, 1, asked).await.map(drop)
}
