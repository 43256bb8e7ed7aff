//! Check: orders of two tabs at once are all in the cart.

use super::cart::{expect, put};
use crate::grading::{Check, Probe, Run, Verdict};
use tokio::task::JoinSet;

/// How often each tab adds its article, all at the same time.
const TIMES: u8 = 8;

pub(super) const CHECK: Check = Check {
    id: "0345-two-tabs",
    title: "two tabs that add at once lose nothing",
    lesson: 345,
    section: "Two tabs at once",
    weight: 3,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    // Before the first order there is no session that two tabs could share.
    put(&browser, "water", 1).await?;
    let mut orders = JoinSet::new();
    for _ in 0..TIMES {
        for article in ["fan", "towel"] {
            let tab = browser.clone();
            orders.spawn(async move { put(&tab, article, 1).await });
        }
    }
    for obeyed in orders.join_all().await {
        obeyed?;
    }
    let asked = format!("adding 1 of fan {TIMES} times and 1 of towel {TIMES} times, all at once");
    let all = [("water", 1), ("fan", TIMES), ("towel", TIMES)];
    expect(&browser, &asked, &all).await
}
