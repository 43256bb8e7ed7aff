//! Check: after a reset the page's own link goes on counting.

use super::wait_page::{ENOUGH_LINK, LONGER_LINK, Page, sweat};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0340-onwards",
    title: "after a reset the page's own links go on counting",
    lesson: 340,
    section: "Two traps",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    let page = sweat(&browser, 1).await?;
    let page = Page::read(browser.follow(&page.answer, ENOUGH_LINK).await?)?;
    page.expect(0, &page.answer.asked)?;
    let page = Page::read(browser.follow(&page.answer, LONGER_LINK).await?)?;
    page.expect(1, &page.answer.asked)
}
