//! Check: each purchase takes a ticket from the stock and gives it to the visitor.

use super::ticket_desk::{begin, get_one, look};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0385-selling",
    title: "each purchase adds a ticket to the visitor's own",
    lesson: 385,
    section: "What the desk does",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (browser, other) = (probe.browser(), probe.browser());
    begin(&browser, 5).await?;
    for own in 1..=3 {
        get_one(&browser).await?;
        let asked = format!("5 tickets, POST /0385/buy, {own} times");
        look(&browser)
            .await?
            .expect(&asked, 5 - own, own as usize)?;
    }
    let asked = "5 tickets, 3 of them bought by another browser";
    look(&other).await?.expect(asked, 2, 0)
}
