//! Check: an id from before the login is worth nothing after it.

use super::login::{LOGIN, expect_nobody, expect_note, expect_user, keep_note, log_in};
use crate::grading::{Check, Probe, Run, Verdict};

const TEXT: &str = "The key is under the mat";
const ATTACK: &str = "keeping a note, logging in as Ann; then, with the cookie from before the \
                      login, as an attacker would who had planted it";

pub(super) const CHECK: Check = Check {
    id: "0415-new-id",
    title: "a cookie from before the login is nobody's after it",
    lesson: 415,
    section: "Logging in",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let victim = probe.browser();
    // The note makes a session begin: only now there is a cookie that could be planted.
    keep_note(&victim, TEXT).await?;
    let attacker = victim.copied();
    log_in(&victim, "Ann").await?;
    expect_nobody(&attacker, ATTACK).await?;
    expect_note(&attacker, TEXT, false, ATTACK).await?;
    // Whatever the answer is: only what it does to the victim matters.
    attacker.submit(LOGIN, &[("name", "Mallory")]).await?;
    let asked = "logging in as Ann; then as Mallory, with the cookie from before; as Ann again";
    expect_user(&victim, "Ann", asked).await
}
