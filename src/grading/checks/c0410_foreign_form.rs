//! Check: a form on a page of another port neither counts nor resets.

use super::wait_page::{ENOUGH, PATH, expect, sweat};
use crate::grading::{Check, Probe, Run, Verdict};

const ASKED: &str = "GET / twice; then POST to / and /?haveEnough=1 from a page of another port, \
                     with the cookie; then GET /";

pub(super) const CHECK: Check = Check {
    id: "0410-foreign-form",
    title: "a foreign page's form does nothing to the counter",
    lesson: 410,
    section: "A form from another port",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    sweat(&browser, 1).await?;
    for address in [PATH, ENOUGH] {
        let fields = [("haveEnough", "1")];
        // Whatever the answer is: only what it does to the counter matters.
        browser.submit_from_next_door(address, &fields).await?;
    }
    expect(&browser, PATH, 2, ASKED).await.map(drop)
}
