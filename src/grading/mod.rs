//! Checks: whether a copy does what the page, the sessions and the exercises ask, from outside.
//!
//! A check gets a client and an address and nothing else. So it judges a copy of this program, a
//! changed copy, or a program in another language alike, and nobody passes by how the code looks.

mod answer;
mod browser;
mod cause;
mod checks;
mod claims;
pub mod class;
mod copies;
mod handshake;
pub mod html;
mod jar;
mod links;
mod probe;
mod verdict;

pub use checks::CHECKS;
pub use claims::{Claim, Claims};
pub use copies::Copies;
pub use probe::Probe;
pub use verdict::{Fault, Verdict};

use futures_util::FutureExt;
use std::{panic::AssertUnwindSafe, pin::Pin, time::Duration};
use tokio::time::timeout;

/// The longest that a check may take: a copy that dawdles costs its own student alone.
const LONGEST: Duration = Duration::from_secs(60);
/// The longest wait for one answer, to its end.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a fault of a whole check says that it asked.
const ALL_REQUESTS: &str = "all requests of this check";

/// One thing that is asked of a copy.
#[derive(Debug)]
pub struct Check {
    /// Its name, such as `0335-newest-first`.
    pub id: &'static str,
    /// What is asked, in a few words.
    pub title: &'static str,
    /// The number of the lesson that asks it.
    pub lesson: u16,
    /// The heading in that lesson's walkthrough under which it is asked.
    pub section: &'static str,
    /// How much it counts among the checks of its lesson.
    pub weight: u32,
    run: Run,
}

/// What a check looks at, and how.
#[derive(Debug)]
enum Run {
    /// Each copy by itself.
    Copy(for<'a> fn(&'a Probe) -> Judging<'a>),
    /// The sandbox and the production copy, in this order, as two neighbours on one host.
    Pair(for<'a> fn(&'a Probe, &'a Probe) -> Judging<'a>),
}

/// A check at work. An async function has no type that a list could name, hence the box.
type Judging<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

impl Check {
    /// Whether there is anything to judge: a check of two neighbours needs both.
    pub fn applies(&self, copies: &Copies) -> bool {
        matches!(self.run, Run::Copy(_)) || copies.production.is_some()
    }

    /// Judges the sandbox and then, if there is one, the production copy; or both together.
    ///
    /// # Errors
    /// What a copy does instead of what is asked. Of a check that does not apply: that it does
    /// not.
    pub async fn judge(&self, copies: &Copies) -> Verdict {
        match (&self.run, &copies.production) {
            (Run::Copy(run), None) => one(*run, &copies.sandbox).await,
            (Run::Copy(run), Some(production)) => {
                one(*run, &copies.sandbox).await?;
                one(*run, production).await
            }
            (Run::Pair(run), Some(production)) => in_time(run(&copies.sandbox, production)).await,
            (Run::Pair(_), None) => Err(Fault::new(
                "nothing",
                "only one copy is known",
                "a sandbox and a production copy",
            )),
        }
    }
}

/// Judges one copy, and says of a fault that it is this copy's.
async fn one(run: for<'a> fn(&'a Probe) -> Judging<'a>, probe: &Probe) -> Verdict {
    let verdict = in_time(run(probe)).await;
    verdict.map_err(|fault| fault.of(probe.address()))
}

async fn in_time(judging: Judging<'_>) -> Verdict {
    let judged = timeout(LONGEST, caught(judging)).await;
    judged.unwrap_or_else(|_| {
        Err(Fault::new(
            ALL_REQUESTS,
            format!("no end within {} seconds", LONGEST.as_secs()),
            "each answer within a second or so",
        ))
    })
}

/// The verdict of `judging`. Copies send anything: should a check panic over it, that costs this
/// copy's student a check, and nobody else a run.
async fn caught(judging: impl Future<Output = Verdict>) -> Verdict {
    let judged = AssertUnwindSafe(judging).catch_unwind().await;
    judged.unwrap_or_else(|_| {
        let came = "something over which the check itself fell, which is a bug: please report it";
        Err(Fault::new(ALL_REQUESTS, came, "a page"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_check_that_panics_is_a_check_that_is_not_passed() {
        let verdict = caught(async { panic!("over what a copy sent") }).await;
        assert!(verdict.unwrap_err().came.contains("please report it"));
        assert_eq!(caught(async { Ok(()) }).await, Ok(()));
    }

    /// The copy on `port`, which nobody asks anything.
    fn copy(port: u16) -> Probe {
        let address = format!("https://localhost:{port}/");
        Probe::new(address.parse().unwrap()).unwrap()
    }

    fn has_a_high_port(probe: &Probe) -> Judging<'_> {
        Box::pin(async move {
            match probe.port() > 4000 {
                true => Ok(()),
                false => Err(Fault::new("nothing", "a low port", "a high port")),
            }
        })
    }

    #[tokio::test]
    async fn a_check_is_passed_when_both_copies_pass_it_and_not_when_one_does() {
        let check = Check {
            id: "0000-high-port",
            title: "A high port",
            lesson: 0,
            section: "Ports",
            weight: 1,
            run: Run::Copy(has_a_high_port),
        };
        for (sandbox, production, blamed) in [
            (4001, 4002, None),
            (4001, 2, Some(2)),
            (1, 4002, Some(1)),
            (1, 2, Some(1)),
        ] {
            let copies = Copies {
                sandbox: copy(sandbox),
                production: Some(copy(production)),
            };
            let verdict = check.judge(&copies).await;
            let at_fault = verdict.err().and_then(|fault| fault.copy);
            let expected = blamed.map(|port| copy(port).address().to_owned());
            assert_eq!(at_fault, expected, "{sandbox}, {production}");
        }
    }
}
