//! One copy among those that a browser visits: its cookies, and what its counter must show.

use super::steps;
use crate::grading::{
    Fault, Probe, Verdict, answer::Answer, browser::Browser, caught, checks::wait_page::Page, html,
};
use std::collections::BTreeMap;

/// A copy that sets more cookies than this, or larger ones, takes the others' places in a
/// browser, and their room in a request: Node reads 16 KiB of it.
const MOST_COOKIES: usize = 4;
const MOST_BYTES: usize = 512;

/// A copy in a browser.
#[derive(Debug)]
pub(super) struct Place {
    /// Whose copy it is.
    pub(super) seat: usize,
    /// The cookies that this copy has set.
    pub(super) cookies: BTreeMap<String, String>,
    /// What was found.
    pub(super) fault: Option<Fault>,
    /// Which of the browser's copies it is.
    index: usize,
    probe: Probe,
    counter: u64,
}

impl Place {
    pub(super) fn new(seat: usize, index: usize, probe: Probe) -> Self {
        Self {
            seat,
            cookies: BTreeMap::new(),
            fault: None,
            index,
            probe,
            counter: 0,
        }
    }

    pub(super) fn address(&self) -> String {
        self.probe.address().to_owned()
    }

    /// Takes this turn's step, if there is one for this copy, in a browser that has the cookies
    /// in `jar` from so many copies.
    pub(super) async fn visit(
        &mut self,
        round: usize,
        jar: &BTreeMap<String, String>,
        copies: usize,
    ) {
        let Some(step) = steps::step(round, self.index) else {
            return;
        };
        let browser = self.probe.browser();
        for (name, value) in jar {
            browser.plant(name, value);
        }
        self.counter = step.after(self.counter);
        let verdict = caught(self.look(&browser, step.path())).await;
        if let Err(fault) = verdict {
            let others = copies - 1;
            let turn = format!("turn {} of a browser with {others} other copies", round + 1);
            let asked = format!("{}, {turn}", fault.asked);
            self.fault = Some(Fault { asked, ..fault }.of(self.probe.address()));
        }
    }

    async fn look(&mut self, browser: &Browser, path: &str) -> Verdict {
        let answer = browser.get(path).await?;
        self.judge(answer)
    }

    /// That the page shows the number, and that its cookies leave room for others'.
    fn judge(&mut self, answer: Answer) -> Verdict {
        let page = Page::read(answer)?;
        page.expect(self.counter, &page.answer.asked)?;
        for cookie in &page.answer.cookies {
            let (name, value) = cookie.name_value();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let bytes = self
            .cookies
            .iter()
            .map(|(name, value)| name.len() + value.len());
        let (count, bytes) = (self.cookies.len(), bytes.sum::<usize>());
        if count > MOST_COOKIES || bytes > MOST_BYTES {
            let came = format!("{count} cookies with {bytes} bytes");
            let expected = "one cookie: a browser has room for about 180 of one host";
            return Err(Fault::new(page.answer.asked, came, expected));
        }
        Ok(())
    }

    /// Whether a cookie's name has this copy's port in it, as a number of its own.
    pub(super) fn is_named_in(&self, cookie: &str) -> bool {
        let port = self.probe.port().to_string();
        let mut numbers = cookie.split(|c: char| !c.is_ascii_digit());
        numbers.any(|number| number == port)
    }

    /// Notes that this copy's cookie has a name that another one's has as well, if nothing was
    /// found so far.
    pub(super) fn blame_for(&mut self, cookie: &str, other: &str) {
        let cookie = html::printable(cookie, 60);
        let came = format!("a cookie `{cookie}`, which the copy at {other} sets as well");
        let expected = "a name that no other copy has: in one browser, one overwrites the other";
        let fault = Fault::new("GET /", came, expected);
        let address = self.probe.address();
        self.fault.get_or_insert_with(|| fault.of(address));
    }
}
