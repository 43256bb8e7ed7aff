//! What the checks of exercise 0335 have in common: visits, and the log that they read.

use crate::grading::{Fault, Verdict, browser::Browser, html};
use reqwest::StatusCode;
use std::time::Duration;

/// The page with the log.
pub(super) const PATH: &str = "/0335";
/// Where a form empties it.
pub(super) const CLEAR: &str = "/0335/clear";
/// Times are told to the second, so only two visits so far apart have different ones.
pub(super) const OVER_A_SECOND: Duration = Duration::from_millis(1_100);

/// The log, as a page shows it.
pub(super) struct Log {
    /// The times in it, from the top down.
    pub(super) times: Vec<String>,
}

/// Visits the page, which counts, and reads the log on it.
pub(super) async fn visit(browser: &Browser) -> Result<Log, Fault> {
    let answer = browser.get(PATH).await?.expect(StatusCode::OK)?;
    let elements = html::elements_within(&answer.text, "ol").into_iter();
    let times = elements.filter(|element| element.name == "time");
    let times = times.filter_map(|time| time.attribute("datetime").map(str::to_owned));
    Ok(Log {
        times: times.collect(),
    })
}

/// So many visits, at least one; the log after the last of them.
pub(super) async fn visits(browser: &Browser, count: usize) -> Result<Log, Fault> {
    for _ in 1..count {
        visit(browser).await?;
    }
    visit(browser).await
}

impl Log {
    /// That the log is so long after the requests that `asked` tells of.
    pub(super) fn expect_length(&self, length: usize, asked: &str) -> Verdict {
        if self.times.len() == length {
            return Ok(());
        }
        let entry = "<li><time datetime=\"…\">…</time></li>";
        Err(self.fault(asked, format!("{length} × {entry} in an <ol>")))
    }

    /// For what `asked` tells of, this log came and not what is expected.
    pub(super) fn fault(&self, asked: &str, expected: impl Into<String>) -> Fault {
        let first = self.times.iter().take(3);
        let mut came = format!("a log of {}", self.times.len());
        for (place, time) in first.enumerate() {
            came += if place == 0 { ": " } else { ", " };
            came += &html::printable(time, 40);
        }
        if self.times.len() > 3 {
            came += ", …";
        }
        Fault::new(asked, came, expected)
    }
}
