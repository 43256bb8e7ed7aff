//! Check: a cookie that was changed is nobody's.

use super::{
    altered::tampered,
    session_cookie::begin,
    wait_page::{PATH, expect},
};
use crate::grading::{Check, Probe, Run, Verdict};

const ASKED: &str = "GET / by a new browser; then GET / with its cookie, changed in one place, cut \
                     off, or with small letters for capitals";

pub(super) const CHECK: Check = Check {
    id: "0400-tampered",
    title: "a cookie that was changed is not accepted",
    lesson: 400,
    section: "Signing",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (_, cookie) = begin(probe).await?;
    for value in tampered(cookie.value()) {
        let browser = probe.browser();
        browser.plant(cookie.name(), &value);
        expect(&browser, PATH, 0, ASKED).await?;
    }
    Ok(())
}
