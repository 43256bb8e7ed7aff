//! Checks: whether a copy does what an exercise asks, judged from outside.
//!
//! A check gets a client and an address and nothing else. So it judges a copy of this program, a
//! changed copy, or a program in another language alike, and nobody passes by how the code looks.

mod answer;
mod browser;
mod checks;
mod html;
mod jar;
mod probe;
mod verdict;

pub use checks::CHECKS;
pub use probe::Probe;
pub use verdict::{Fault, Verdict};

use std::{pin::Pin, time::Duration};
use tokio::time::timeout;

/// The longest that a check may take: a copy that dawdles costs its own student alone.
const LONGEST: Duration = Duration::from_secs(60);

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

/// What a check does. An async function has no type that a list could name, hence the box.
type Run = for<'a> fn(&'a Probe) -> Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

impl Check {
    /// Judges the copy that `probe` leads to.
    ///
    /// # Errors
    /// What the copy does instead of what is asked.
    pub async fn judge(&self, probe: &Probe) -> Verdict {
        let judged = timeout(LONGEST, (self.run)(probe)).await;
        judged.unwrap_or_else(|_| {
            Err(Fault::new(
                "all requests of this check",
                format!("no end within {} seconds", LONGEST.as_secs()),
                "each answer within a second or so",
            ))
        })
    }
}
