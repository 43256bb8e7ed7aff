//! Check: a newcomer with an odd parameter sees 0, and nothing is kept.

use super::wait_page::load;
use crate::grading::{Check, Fault, Probe, Run, Verdict};

const ASKED: &str = "GET /?haveEnough=0 by a new browser";

pub(super) const CHECK: Check = Check {
    id: "0340-newcomer",
    title: "a newcomer with an odd parameter sees 0, and no session begins",
    lesson: 340,
    section: "The handler",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    let page = load(&browser, "/?haveEnough=0").await?;
    page.expect(0, ASKED)?;
    match browser.has_cookies() {
        false => Ok(()),
        true => Err(Fault::new(ASKED, "a cookie", "none: nothing is to be kept")),
    }
}
