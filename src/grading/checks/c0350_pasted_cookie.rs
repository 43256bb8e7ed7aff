//! Check: a session of one copy opens nothing in the other.

use super::{
    session_cookie::begin,
    wait_page::{PATH, expect},
};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0350-pasted-cookie",
    title: "a session of the one copy opens nothing in the other",
    lesson: 350,
    section: "See it happen",
    weight: 2,
    run: Run::Pair(|sandbox, production| Box::pin(run(sandbox, production))),
};

async fn run(sandbox: &Probe, production: &Probe) -> Verdict {
    let (_, of_sandbox) = begin(sandbox).await?;
    let (_, of_production) = begin(production).await?;
    let (name, value) = (of_production.name(), of_sandbox.value());
    paste(production, "production", name, value).await?;
    let (name, value) = (of_sandbox.name(), of_production.value());
    paste(sandbox, "the sandbox", name, value).await
}

async fn paste(into: &Probe, place: &str, name: &str, value: &str) -> Verdict {
    let browser = into.browser();
    browser.plant(name, value);
    let asked = format!("GET / of {place}, with the other copy's cookie under its own name");
    expect(&browser, PATH, 0, &asked).await.map(drop)
}
