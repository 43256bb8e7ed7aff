//! Check: each browser has a cart of its own.

use super::cart::{expect, put};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0345-own-cart",
    title: "each browser has a cart of its own",
    lesson: 345,
    section: "Adding",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (first, second) = (probe.browser(), probe.browser());
    put(&first, "fan", 1).await?;
    let asked = "adding 1 of fan, then, from another browser, which has no cookie";
    expect(&second, asked, &[]).await?;
    put(&second, "towel", 2).await?;
    let asked = "adding 1 of fan and, from another browser, 2 of towel; from the first one";
    expect(&first, asked, &[("fan", 1)]).await
}
