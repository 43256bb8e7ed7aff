//! Somebody in front of a browser who takes part in a quiz or watches over it.

use crate::{
    browser_axe::expect_a_page_for_everybody,
    quiz::support::{PIN, Quiz},
    support::{Chromium, eventually},
};
use fantoccini::{Locator, elements::Element, wd::WindowHandle};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// So soon a page follows.
pub const SOON: Duration = Duration::from_secs(15);
const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";

/// What the pages say, and what only programs see of them.
pub mod words {
    pub const NAME: &str = "Name";
    pub const LOG_IN: &str = "Log in";
    pub const LEAVE: &str = "Log in as somebody else";
    pub const START: &str = "Start";
    pub const START_AGAIN: &str = "Start another attempt";
    pub const NEXT: &str = "Next";
    pub const SAVED: &str = "✓ saved";
    pub const NOT_SAVED: &str = "! not saved yet";
    pub const WARNING: &str = "Less than one minute left.";
    pub const SUBMIT: &str = "Submit…";
    pub const CONFIRM: &str = "Submit";
    pub const GO_ON: &str = "Go on answering";
    pub const ELSEWHERE: &str = "Your attempt runs in another session";
    pub const RETRY: &str = "Try again";
    pub const NO_TOKEN: &str = "Only with the owner's token";
    pub const DURATION: &str = "Duration in seconds";
    pub const SAVE: &str = "Save";
    pub const CHANGED: &str = "Running attempts follow at once.";
    pub const CANDIDATE: &str = "Candidate";
    pub const SET: &str = "Set";
    pub const DOWNLOAD: &str = "Download as CSV";
    pub const DOWNLOADED: &str = "The results were downloaded";
    /// Where the candidate's page keeps its id.
    pub const STORED_ID: &str = "l0390-session-id";
}

/// A browser of its own.
pub struct Seat {
    pub chromium: Chromium,
    base: String,
}

impl Seat {
    pub async fn at(quiz: &Quiz) -> Self {
        Self {
            chromium: Chromium::start().await,
            base: format!("https://localhost:{}", quiz.copy.port),
        }
    }

    /// The proctor's page, by the link with the token.
    pub async fn of_proctor(quiz: &Quiz) -> Self {
        let seat = Self::at(quiz).await;
        seat.open(&format!("/0390/proctor#token={}", quiz.token()))
            .await;
        seat
    }

    /// A candidate who has logged in by the keyboard alone.
    pub async fn of_candidate(quiz: &Quiz, name: &str) -> Self {
        let seat = Self::at(quiz).await;
        seat.open("/0390").await;
        seat.logs_in(name).await;
        seat
    }

    pub async fn logs_in(&self, name: &str) {
        self.types_the_login(name).await;
        self.button(words::START).await;
    }

    pub async fn types_the_login(&self, name: &str) {
        let field = self.field(words::NAME).await;
        field.send_keys(&format!("{name}{TAB}")).await.unwrap();
        let pin = self.chromium.page.active_element().await.unwrap();
        pin.send_keys(&format!("{PIN}{ENTER}")).await.unwrap();
    }

    /// The same who has begun.
    pub async fn of_running(quiz: &Quiz, name: &str) -> Self {
        let seat = Self::of_candidate(quiz, name).await;
        seat.press(words::START).await;
        seat.button(words::SUBMIT).await;
        seat
    }

    pub async fn open(&self, path: &str) {
        self.chromium.open(&format!("{}{path}", self.base)).await;
    }

    /// Opens a page in a second tab, and goes there; the tab before and the new one.
    pub async fn opens_another_tab(&self, path: &str) -> [WindowHandle; 2] {
        let page = &self.chromium.page;
        let before = page.window().await.unwrap();
        let new = page.new_window(true).await.unwrap().handle;
        page.switch_to_window(new.clone()).await.unwrap();
        self.open(path).await;
        [before, new]
    }

    pub async fn goes_to(&self, tab: &WindowHandle) {
        let page = &self.chromium.page;
        page.switch_to_window(tab.clone()).await.unwrap();
    }

    pub async fn click(&self, text: &str) {
        self.button(text).await.click().await.unwrap();
    }

    /// The same by the keyboard.
    pub async fn press(&self, text: &str) {
        self.button(text).await.send_keys(ENTER).await.unwrap();
    }

    /// The visible button or link with this text.
    pub async fn button(&self, text: &str) -> Element {
        let path = format!("//*[self::button or self::a][normalize-space()=\"{text}\"]");
        self.visible(&path).await
    }

    /// The visible field whose label begins so.
    pub async fn field(&self, label: &str) -> Element {
        let label = format!("//label[starts-with(normalize-space(), \"{label}\")]");
        self.visible(&format!("//*[@id={label}/@for] | {label}//input"))
            .await
    }

    /// Replaces what is in the field with this label.
    pub async fn writes(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Waits until the page shows this text to people.
    pub async fn reads(&self, text: &str) {
        eventually(&format!("“{text}” is shown"), SOON, async || {
            self.shows(text).await
        })
        .await;
    }

    /// Waits until the answer to the question that is shown has this mark. Nothing but its own place
    /// is read: below, the page says what all the marks mean.
    pub async fn reads_mark(&self, mark: &str) {
        const SHOWN: &str = "return document.querySelector('[data-mark]').innerText";
        eventually(
            &format!("the answer is marked “{mark}”"),
            SOON,
            async || self.chromium.run(SHOWN).await == mark,
        )
        .await;
    }

    pub async fn shows(&self, text: &str) -> bool {
        let all = self.chromium.run("return document.body.innerText").await;
        all.as_str().unwrap().contains(text)
    }

    /// Chooses the right option of the question that is shown, by the keyboard.
    pub async fn knows_the_answer(&self) {
        let question = self.visible("//legend").await.text().await.unwrap();
        let (_, number) = question.split_once("Which number follows ").unwrap();
        let number: u64 = number.trim().trim_end_matches('?').parse().unwrap();
        let right = format!("//label[normalize-space()=\"{}\"]//input", number + 1);
        self.visible(&right).await.send_keys(" ").await.unwrap();
    }

    /// Milliseconds that the countdown is off, by the median of five looks at page and server,
    /// each in one run of a script.
    pub async fn countdown_is_off_by(&self) -> f64 {
        let mut looks = Vec::new();
        for _ in 0..5 {
            let key = vec![json!(words::STORED_ID)];
            let off = self.chromium.page.execute_async(COMPARE, key).await;
            looks.push(off.unwrap().as_f64().unwrap().abs());
        }
        looks.sort_by(f64::total_cmp);
        looks[2]
    }

    /// What the countdown says, in milliseconds.
    pub async fn milliseconds_left(&self) -> u64 {
        let shown = self.chromium.run(SHOWN).await;
        shown.as_u64().unwrap_or_else(|| panic!("{shown}"))
    }

    /// Asserts that axe finds nothing and all fits, in light and dark, wide and narrow.
    pub async fn expect_a_page_for_everybody(&self, place: &str) {
        expect_a_page_for_everybody(&self.chromium, place).await;
    }

    /// Ends the browser, which has complained of nothing but refusals.
    pub async fn leaves(self) {
        let mut complaints = self.chromium.console().await;
        complaints.retain(|complaint| !complaint.contains("responded with a status of"));
        assert_eq!(complaints, Vec::<String>::new());
        self.chromium.close().await;
    }

    /// The first element behind `path` that is displayed.
    pub async fn visible(&self, path: &str) -> Element {
        let end = Instant::now() + SOON;
        loop {
            let found = self
                .chromium
                .page
                .find_all(Locator::XPath(path))
                .await
                .unwrap();
            for element in found {
                // It may have gone since it was found.
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            assert!(Instant::now() < end, "not within {SOON:?}: {path}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What the page shows: the text is in whole seconds, the attribute in milliseconds.
const SHOWN: &str = "return Number(document.querySelector('[role=timer]').dataset.milliseconds)";

/// The answer was made about half a round trip before it came.
const COMPARE: &str = "
    const [key, done] = arguments;
    const compare = async () => {
        const headers = { 'session-id': localStorage.getItem(key) };
        const sent = performance.now();
        const answer = await fetch('/0390/api/attempt', { headers });
        const received = performance.now();
        const { remaining_ms: remaining } = await answer.json();
        const timer = document.querySelector('[role=timer]');
        const left = remaining - (performance.now() - (sent + received) / 2);
        const [seconds, minutes, hours = 0] = timer.textContent.split(':').reverse().map(Number);
        const shown = Number(timer.dataset.milliseconds);
        const text = (hours * 3600 + minutes * 60 + seconds) * 1000;
        // A second that has begun counts in the text.
        const agrees = text >= shown && text - shown <= 1000;
        return agrees ? shown - left : 1e9;
    };
    compare().then(done);
";
