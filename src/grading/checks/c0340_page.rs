//! Check: the page has its heading, its sentence and its two links.

use super::wait_page::{ENOUGH_LINK, LONGER_LINK, PATH, load};
use crate::grading::{Check, Probe, Run, Verdict, html};

const HEADING: &str = "Got you sweating?";

pub(super) const CHECK: Check = Check {
    id: "0340-page",
    title: "the page has its heading, its sentence and its two links",
    lesson: 340,
    section: "The handler",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    // The sentence with the number is asked for by `load`.
    let answer = load(&probe.browser(), PATH).await?.answer;
    let headings = ["h1", "h2", "h3"].map(|level| html::named(&answer.text, level));
    let mut headings = headings.iter().flatten();
    if !headings.any(|(_, says)| html::printable(says, usize::MAX) == HEADING) {
        return Err(answer.fault(format!("a heading “{HEADING}”")));
    }
    for text in [ENOUGH_LINK, LONGER_LINK] {
        if answer.link(text).is_none() {
            return Err(answer.fault(format!("a link that says “{text}”")));
        }
    }
    Ok(())
}
