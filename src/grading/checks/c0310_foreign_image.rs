//! Check: a picture on a page of another port neither counts nor resets.

use super::wait_page::{ENOUGH, PATH, expect, sweat};
use crate::grading::{Check, Probe, Run, Verdict};

const ASKED: &str = "GET / twice; then / and /?haveEnough=1, each for an <img> of a page of another \
                     port, with the cookie; then GET /";

pub(super) const CHECK: Check = Check {
    id: "0310-foreign-image",
    title: "a foreign page's <img> does nothing to the counter",
    lesson: 310,
    section: "SameSite, and the neighbours",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    sweat(&browser, 1).await?;
    for address in [PATH, ENOUGH] {
        // Whatever the answer is: only what it does to the counter matters.
        browser.get_as_picture_next_door(address).await?;
    }
    expect(&browser, PATH, 2, ASKED).await.map(drop)
}
