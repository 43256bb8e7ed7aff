//! Check: after a logout a copy of the cookie is worth nothing.

use super::login::{LOGOUT, PATH, expect_nobody, expect_note, keep_note, log_in};
use crate::grading::{Check, Probe, Run, Verdict};

const TEXT: &str = "The safe opens with 4711";

pub(super) const CHECK: Check = Check {
    id: "0415-logout",
    title: "the logout ends the session, and not only the cookie",
    lesson: 415,
    section: "Logging out",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    keep_note(&browser, TEXT).await?;
    log_in(&browser, "Ann").await?;
    let thief = browser.copied();
    browser.submit(LOGOUT, &[]).await?.expect_obeyed(PATH)?;
    expect_nobody(&browser, "logging in as Ann and out again").await?;
    let asked = "logging in as Ann and out again; then, with a copy of Ann's last cookie";
    expect_nobody(&thief, asked).await?;
    expect_note(&thief, TEXT, false, asked).await?;
    // Whoever is not logged in may log out as well.
    let stranger = probe.browser();
    stranger.submit(LOGOUT, &[]).await?.expect_obeyed(PATH)
}
