//! Check: what is no name is refused and changes nothing.

use super::login::{LOGIN, NOTE, expect_user, log_in};
use crate::grading::{Check, Probe, Run, Verdict};
use reqwest::StatusCode;

/// What a login or a note is answered that does not fit.
const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

pub(super) const CHECK: Check = Check {
    id: "0415-names",
    title: "what is no name is refused",
    lesson: 415,
    section: "What is refused",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    // The longest name: 40 characters are 80 bytes here.
    let longest = "ä".repeat(40);
    log_in(&browser, &longest).await?;
    expect_user(&browser, &longest, "logging in with 40 letters ä").await?;
    let too_long = "a".repeat(41);
    for name in ["", "  ", &too_long, "An\nn", "An\u{7f}n"] {
        let mut answer = browser.submit(LOGIN, &[("name", name)]).await?;
        // As Rust writes it: a message must not have control characters in it.
        answer.asked = format!("POST {LOGIN} with name={name:?}");
        let answer = answer.expect(REFUSED)?;
        let asked = format!("logging in with 40 letters ä, {}", answer.asked);
        expect_user(&browser, &longest, &asked).await?;
    }
    browser.submit(LOGIN, &[]).await?.expect(REFUSED)?;
    let too_long = "a".repeat(201);
    let answer = browser.submit(NOTE, &[("note", &too_long)]).await?;
    answer.expect(REFUSED).map(drop)
}
