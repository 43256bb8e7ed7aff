//! What the checks of the wait-counter page have in common: visits, and the number on the page.

use crate::grading::{Fault, Verdict, answer::Answer, browser::Browser, html};
use reqwest::StatusCode;
use std::time::Duration;

/// The page.
pub(in crate::grading) const PATH: &str = "/";
/// Where "I have enough!" leads.
pub(in crate::grading) const ENOUGH: &str = "/?haveEnough=1";
/// The link that refreshes.
pub(super) const LONGER_LINK: &str = "I can wait longer.";
/// The link that resets.
pub(super) const ENOUGH_LINK: &str = "I have enough!";

/// How much later than it should an answer may come: a class host is busy at times.
const LATE: Duration = Duration::from_secs(4);
/// How much earlier: the timers of some programs count in whole milliseconds.
const EARLY: Duration = Duration::from_millis(10);

/// The page, as a browser got it.
#[derive(Debug)]
pub(in crate::grading) struct Page {
    pub(in crate::grading) answer: Answer,
    /// N of "The next refresh will wait N seconds".
    seconds: u64,
}

/// Loads the page at this path.
pub(super) async fn load(browser: &Browser, path: &str) -> Result<Page, Fault> {
    Page::read(browser.get(path).await?)
}

/// Loads the page at this path, which is to show this number after what `asked` tells of.
pub(super) async fn expect(
    browser: &Browser,
    path: &str,
    seconds: u64,
    asked: &str,
) -> Result<Page, Fault> {
    let page = load(browser, path).await?;
    page.expect(seconds, asked)?;
    Ok(page)
}

/// Refreshes the page in a new browser until it shows this number. So that nobody waits, let it
/// be 0 or 1.
pub(super) async fn sweat(browser: &Browser, seconds: u64) -> Result<Page, Fault> {
    let mut page = expect(browser, PATH, 0, "GET / by a new browser").await?;
    for count in 1..=seconds {
        let asked = format!("GET / by a new browser, visit {}", count + 1);
        page = expect(browser, PATH, count, &asked).await?;
    }
    Ok(page)
}

impl Page {
    /// The page in an answer.
    pub(in crate::grading) fn read(answer: Answer) -> Result<Self, Fault> {
        let answer = answer.expect(StatusCode::OK)?;
        match seconds_in(&html::gist(&answer.text)) {
            Some(seconds) => Ok(Self { answer, seconds }),
            None => Err(answer.fault(format!("{} on the page", sentence("N")))),
        }
    }

    /// The number on it.
    pub(super) fn seconds(&self) -> u64 {
        self.seconds
    }

    /// That it shows this number after what `asked` tells of.
    pub(in crate::grading) fn expect(&self, seconds: u64, asked: &str) -> Verdict {
        match self.seconds == seconds {
            true => Ok(()),
            false => Err(Fault::new(asked, sentence(self.seconds), sentence(seconds))),
        }
    }

    /// That it has come after so many seconds, for what `asked` tells of.
    pub(super) fn expect_wait(&self, seconds: u64, asked: &str) -> Verdict {
        let (wait, took) = (Duration::from_secs(seconds), self.answer.took);
        if (wait.saturating_sub(EARLY)..wait + LATE).contains(&took) {
            return Ok(());
        }
        let came = format!("an answer after {:.2} seconds", took.as_secs_f64());
        let expected = match seconds {
            0 => "an answer at once".to_owned(),
            _ => format!("an answer after {seconds} seconds, not earlier and not much later"),
        };
        Err(Fault::new(asked, came, expected))
    }
}

fn sentence(seconds: impl std::fmt::Display) -> String {
    format!("“The next refresh will wait {seconds} seconds”")
}

fn seconds_in(gist: &str) -> Option<u64> {
    let says = html::printable(gist, usize::MAX);
    let (_, rest) = says.split_once("The next refresh will wait ")?;
    let (seconds, _) = rest.split_once(" seconds")?;
    seconds.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_read_wherever_its_sentence_is_broken() {
        for page in [
            "The next refresh will wait 12 seconds",
            "Got you? The next\n  refresh will  wait 12\tseconds. More",
        ] {
            assert_eq!(seconds_in(page), Some(12), "{page}");
        }
        for page in [
            "",
            "The next refresh will wait undefined seconds",
            "The next refresh will wait -1 seconds",
            "The next refresh will wait 99999999999999999999 seconds",
            "The next refresh will wait 1",
        ] {
            assert_eq!(seconds_in(page), None, "{page}");
        }
    }
}
