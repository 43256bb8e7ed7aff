//! Check: another browser has a session of its own.

use super::wait_page::{PATH, expect};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0330-own-session",
    title: "another browser has a session of its own",
    lesson: 330,
    section: "What travels",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (one, other) = (probe.browser(), probe.browser());
    for count in 0..=1 {
        let visit = count + 1;
        let asked = format!("GET / by two new browsers by turns; the first one, visit {visit}");
        expect(&one, PATH, count, &asked).await?;
        let asked = format!("GET / by two new browsers by turns; the second one, visit {visit}");
        expect(&other, PATH, count, &asked).await?;
    }
    Ok(())
}
