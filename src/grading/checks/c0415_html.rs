//! Check: a name is text, whatever is in it.

use super::login::{expect_user, log_in};
use crate::grading::{Check, Probe, Run, Verdict};

/// As HTML it would be other text, in italics.
const NAME: &str = "<i>Bo</i> &amp; \"Co\"";

pub(super) const CHECK: Check = Check {
    id: "0415-html",
    title: "HTML in a name is shown as it was typed",
    lesson: 415,
    section: "The page",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    log_in(&browser, NAME).await?;
    expect_user(&browser, NAME, &format!("logging in as {NAME}")).await
}
