//! Check: whoever comes too late is told so and gets nothing.

use super::ticket_desk::{SOLD_OUT, begin, buy, get_one, look};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0385-sold-out",
    title: "without a ticket left, the answer is 409",
    lesson: 385,
    section: "What the desk does",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (first, late) = (probe.browser(), probe.browser());
    begin(&first, 2).await?;
    get_one(&first).await?;
    get_one(&first).await?;
    buy(&late).await?.expect(SOLD_OUT)?;
    let asked = "2 tickets, both sold, POST /0385/buy from another browser";
    look(&late).await?.expect(asked, 0, 0)?;
    // Nor does it cost anybody the tickets that he or she has.
    buy(&first).await?.expect(SOLD_OUT)?;
    let asked = "2 tickets, POST /0385/buy, 3 times";
    look(&first).await?.expect(asked, 0, 2)
}
