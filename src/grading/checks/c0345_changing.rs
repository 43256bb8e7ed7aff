//! Check: a quantity can be set anew, and 0 takes the article out.

use super::cart::{PATH, change, expect, put};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0345-changing",
    title: "a quantity can be changed, and 0 takes the article out",
    lesson: 345,
    section: "Changing and taking out",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    put(&browser, "fan", 2).await?;
    put(&browser, "towel", 1).await?;
    let changed = change(&browser, "fan", "5").await?;
    changed.expect_obeyed(PATH)?;
    let asked = "adding 2 of fan and 1 of towel, changing fan to 5";
    expect(&browser, asked, &[("fan", 5), ("towel", 1)]).await?;
    let taken_out = change(&browser, "fan", "0").await?;
    taken_out.expect_obeyed(PATH)?;
    let asked = "adding 2 of fan and 1 of towel, changing fan to 0";
    expect(&browser, asked, &[("towel", 1)]).await
}
