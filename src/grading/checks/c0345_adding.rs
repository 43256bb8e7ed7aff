//! Check: what is added is in the cart, and more of the same adds up.

use super::cart::{expect, put};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0345-adding",
    title: "what is added is in the cart, and adds up",
    lesson: 345,
    section: "Adding",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    put(&browser, "fan", 2).await?;
    expect(&browser, "adding 2 of fan", &[("fan", 2)]).await?;
    put(&browser, "towel", 1).await?;
    put(&browser, "fan", 3).await?;
    let asked = "adding 2 of fan, 1 of towel, 3 of fan";
    expect(&browser, asked, &[("fan", 5), ("towel", 1)]).await
}
