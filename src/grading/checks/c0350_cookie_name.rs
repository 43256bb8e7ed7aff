//! Check: the cookie's name has the port in it.

use super::session_cookie::{begin, name};
use crate::grading::{Check, Fault, Probe, Run, Verdict, html};

pub(super) const CHECK: Check = Check {
    id: "0350-cookie-name",
    title: "the cookie is named after the port",
    lesson: 350,
    section: "Why the port does not help by itself",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    let (_, cookie) = begin(probe).await?;
    let name = name(probe);
    match cookie.name() == name {
        true => Ok(()),
        false => {
            let came = html::printable(cookie.name(), 60);
            Err(Fault::new(
                "GET / by a new browser",
                format!("a cookie called {came}"),
                format!("one called {name}"),
            ))
        }
    }
}
