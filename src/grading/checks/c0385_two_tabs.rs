//! Check: tickets that one visitor buys in several tabs at once are all his or hers.

use super::ticket_desk::{PATH, begin, buy_at_once, get_one, look};
use crate::grading::{Check, Probe, Run, Verdict};

/// So many tabs, each of which buys a ticket.
const TABS: usize = 6;

pub(super) const CHECK: Check = Check {
    id: "0385-two-tabs",
    title: "a visitor who buys in several tabs at once has all tickets",
    lesson: 385,
    section: "Two tabs, one list",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    begin(&browser, 20).await?;
    // Before the first ticket there is no session that the tabs could share.
    get_one(&browser).await?;
    let tabs = vec![browser.clone(); TABS];
    for answer in buy_at_once(&tabs).await? {
        answer.expect_obeyed(PATH)?;
    }
    let asked = format!("20 tickets, POST /0385/buy, then from {TABS} tabs at once");
    let (left, own) = (20 - 1 - TABS as u32, 1 + TABS);
    look(&browser).await?.expect(&asked, left, own)
}
