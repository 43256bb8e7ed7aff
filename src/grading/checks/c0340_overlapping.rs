//! Check: refreshes that are on their way at the same time all count.

use super::wait_page::{PATH, Page, load, sweat};
use crate::grading::{Check, Fault, Probe, Run, Verdict};
use tokio::task::JoinSet;

/// So many tabs refresh at once.
const TABS: u64 = 4;

pub(super) const CHECK: Check = Check {
    id: "0340-overlapping",
    title: "overlapping refreshes all count",
    lesson: 340,
    section: "Two traps",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let browser = probe.browser();
    // At 1, so that each of them waits, and nobody is through before the others have begun.
    sweat(&browser, 1).await?;
    let mut tabs = JoinSet::new();
    for _ in 0..TABS {
        let tab = browser.clone();
        tabs.spawn(async move { load(&tab, PATH).await });
    }
    let pages: Result<Vec<_>, Fault> = tabs.join_all().await.into_iter().collect();
    // The last one to be counted shows them all.
    let highest = pages?.iter().map(Page::seconds).max();
    if highest == Some(1 + TABS) {
        return Ok(());
    }
    let asked = format!("GET / twice, then from {TABS} tabs at once");
    let came = format!("a highest number of {}", highest.unwrap_or(0));
    Err(Fault::new(
        asked,
        came,
        format!("{}, one more for each", 1 + TABS),
    ))
}
