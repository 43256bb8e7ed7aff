//! Check: in one browser the two copies do not disturb each other.

use super::wait_page::{PATH, expect};
use crate::grading::{Check, Probe, Run, Verdict};

pub(super) const CHECK: Check = Check {
    id: "0350-one-browser",
    title: "in one browser, sandbox and production count apart",
    lesson: 350,
    section: "See it happen",
    weight: 3,
    run: Run::Pair(|sandbox, production| Box::pin(run(sandbox, production))),
};

async fn run(sandbox: &Probe, production: &Probe) -> Verdict {
    let one = sandbox.browser();
    // The same cookies: browsers do not keep those of two ports apart.
    let windows = [
        ("the sandbox", one.clone()),
        ("production", production.window_of(&one)),
    ];
    for count in 0..=1 {
        for (copy, window) in &windows {
            let visit = count + 1;
            let asked = format!(
                "GET / of sandbox and production by turns, in one browser; {copy}, visit {visit}"
            );
            expect(window, PATH, count, &asked).await?;
        }
    }
    Ok(())
}
