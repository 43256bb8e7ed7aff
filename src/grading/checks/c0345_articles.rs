//! Check: what the shop does not sell is refused.

use super::cart::{REFUSED, add, change, expect, put};
use crate::grading::{Check, Probe, Run, Verdict};

/// Nothing that the shop sells.
const UNKNOWN: [&str; 2] = ["sofa", "Fan"];

pub(super) const CHECK: Check = Check {
    id: "0345-articles",
    title: "articles that the shop does not sell are refused",
    lesson: 345,
    section: "What is refused",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    put(&browser, "fan", 1).await?;
    for article in UNKNOWN {
        let added = add(&browser, article, "1").await?.expect(REFUSED)?;
        expect(&browser, &added.asked, &[("fan", 1)]).await?;
        let changed = change(&browser, article, "1").await?.expect(REFUSED)?;
        expect(&browser, &changed.asked, &[("fan", 1)]).await?;
    }
    Ok(())
}
