//! Check: two browsers are logged in as two people.

use super::login::{LOGOUT, PATH, expect_nobody, expect_user, log_in};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0415-two-logins",
    title: "each browser has a login of its own",
    lesson: 415,
    section: "Logging in",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (first, second) = (probe.browser(), probe.browser());
    log_in(&first, "Ann").await?;
    let asked = "logging in as Ann; then, from another browser, which has no cookie";
    expect_nobody(&second, asked).await?;
    log_in(&second, "Bob").await?;
    let asked = "logging in as Ann and, from another browser, as Bob; from the first one";
    expect_user(&first, "Ann", asked).await?;
    second.submit(LOGOUT, &[]).await?.expect_obeyed(PATH)?;
    let asked = "logging in as Ann and, from another browser, as Bob, who logs out; from the \
                 first one";
    expect_user(&first, "Ann", asked).await
}
