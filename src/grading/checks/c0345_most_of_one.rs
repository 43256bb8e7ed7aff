//! Check: no way leads to more than 99 of an article.

use super::cart::{REFUSED, add, expect, put};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0345-most-of-one",
    title: "no more than 99 of an article, added up",
    lesson: 345,
    section: "What is refused",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    put(&browser, "water", 60).await?;
    add(&browser, "water", "40").await?.expect(REFUSED)?;
    let asked = "adding 60 of water, then 40 of water";
    expect(&browser, asked, &[("water", 60)]).await?;
    put(&browser, "water", 39).await?;
    let asked = "adding 60 of water, then 39 of water";
    expect(&browser, asked, &[("water", 99)]).await
}
