//! Check: an id that somebody has made up does not become a session.

use super::{
    altered::{MADE_UP, reshaped},
    session_cookie::begin,
    wait_page::{PATH, expect},
};
use crate::grading::{Check, Probe, Run, Verdict};

const FIRST: &str = "GET / with a made-up cookie";
const SECOND: &str = "GET / with a made-up cookie, then by another browser with the same one";

pub(super) const CHECK: Check = Check {
    id: "0410-unknown-id",
    title: "an id that somebody has made up is not adopted",
    lesson: 410,
    section: "An id that somebody else knows",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (_, cookie) = begin(probe).await?;
    let mut values = MADE_UP.map(String::from).to_vec();
    values.push(reshaped(cookie.value()));
    for value in values {
        let victim = probe.browser();
        victim.plant(cookie.name(), &value);
        let attacker = victim.copied();
        expect(&victim, PATH, 0, FIRST).await?;
        // Had the id been adopted, the attacker would now be in the victim's session.
        expect(&attacker, PATH, 0, SECOND).await?;
    }
    Ok(())
}
