//! Check: other parameters change nothing.

use super::wait_page::{expect, sweat};
use crate::grading::{Check, Probe, Run, Verdict};

/// With what each of them is to show, one after the other. The first is a refresh like any other.
const ADDRESSES: [(&str, u64); 4] = [
    ("/?tab=2", 1),
    ("/?haveEnough=0", 1),
    ("/?haveEnough=2", 1),
    ("/?haveEnough=", 1),
];

pub(super) const CHECK: Check = Check {
    id: "0340-ignores",
    title: "other parameters change nothing",
    lesson: 340,
    section: "The handler",
    weight: 1,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    sweat(&browser, 0).await?;
    let mut asked = "GET / by a new browser".to_owned();
    for (address, seconds) in ADDRESSES {
        asked += &format!(", GET {address}");
        let page = expect(&browser, address, seconds, &asked).await?;
        page.expect_wait(0, &asked)?;
    }
    Ok(())
}
