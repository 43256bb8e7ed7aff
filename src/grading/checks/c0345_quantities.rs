//! Check: what is no whole number within the limits is refused and changes nothing.

use super::cart::{REFUSED, add, change, expect, put};
use crate::grading::{Check, Probe, Run, Verdict};

/// No quantities for anybody. 255 and 3 are 2 again where a byte overflows.
const WRONG: [&str; 7] = [
    "-1",
    "100",
    "255",
    "2.5",
    "",
    "many",
    "18446744073709551617",
];

pub(super) const CHECK: Check = Check {
    id: "0345-quantities",
    title: "bad quantities are refused and change nothing",
    lesson: 345,
    section: "What is refused",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    put(&browser, "fan", 3).await?;
    for quantity in WRONG {
        let added = add(&browser, "fan", quantity).await?.expect(REFUSED)?;
        expect(&browser, &added.asked, &[("fan", 3)]).await?;
        let changed = change(&browser, "fan", quantity).await?.expect(REFUSED)?;
        expect(&browser, &changed.asked, &[("fan", 3)]).await?;
    }
    // 0 takes out where a quantity is changed; to add nothing makes no sense.
    let added = add(&browser, "fan", "0").await?.expect(REFUSED)?;
    expect(&browser, &added.asked, &[("fan", 3)]).await
}
