//! Check: what a visitor has noted before the login is there after it.

use super::login::{expect_note, keep_note, log_in};
use crate::grading::{Check, Probe, Run, Verdict};

const TEXT: &str = "Milk and two eggs";

pub(super) const CHECK: Check = Check {
    id: "0415-note",
    title: "a note from before the login is still there after it",
    lesson: 415,
    section: "The note",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    keep_note(&browser, TEXT).await?;
    expect_note(&browser, TEXT, true, "keeping a note").await?;
    log_in(&browser, "Ann").await?;
    expect_note(
        &browser,
        TEXT,
        true,
        "keeping a note, then logging in as Ann",
    )
    .await?;
    let stranger = probe.browser();
    let asked = "keeping a note; then, from another browser, which has no cookie";
    expect_note(&stranger, TEXT, false, asked).await
}
