//! Somebody who sits in front of a lesson page and works through it with mouse and keyboard.
//!
//! What is clicked is in the frame beside the text, and what is ticked is in the page around it,
//! so each step goes into the frame and comes out again.

use super::{Chromium, Copy, eventually};
use fantoccini::{Locator, elements::Element, error::CmdError, wd::WindowHandle};
use serde_json::{Value, json};
use std::time::Duration;

/// Generous: some pages wait on purpose, or compute for seconds in a build that is not optimised.
const SOON: Duration = Duration::from_secs(30);
const ENTER: &str = "\u{e007}";

/// Marks the document in the frame, so that the next one can be told from it.
const MARK: &str = "document.querySelector('iframe').contentDocument.marked = true";
/// Whether the frame shows another document, and the whole of it.
const LOADED: &str = "const shown = document.querySelector('iframe').contentDocument; \
    return Boolean(shown) && !shown.marked && shown.URL !== 'about:blank' \
        && shown.readyState === 'complete'";
/// Asks, as the page itself does, what is ticked in its lesson.
const TICKED: &str = "const done = arguments[arguments.length - 1]; \
    const { lesson } = document.querySelector('[data-lesson]').dataset; \
    const headers = { 'content-type': 'application/json' }; \
    const body = JSON.stringify({ learner: localStorage.getItem('learner') }); \
    fetch('/progress', { method: 'POST', headers, body }) \
        .then((answer) => answer.json()) \
        .then(({ ticks }) => done(ticks[lesson] ?? []))";

/// A learner with a browser, in which the lesson has a tab of its own.
pub struct Learner {
    pub chromium: Chromium,
    pub base: String,
    lesson: WindowHandle,
}

impl Learner {
    /// Somebody new to `copy`.
    pub async fn of(copy: &Copy) -> Self {
        let chromium = Chromium::start().await;
        let lesson = chromium.page.window().await.unwrap();
        Self {
            chromium,
            base: format!("https://localhost:{}", copy.port),
            lesson,
        }
    }

    /// Opens a lesson, and loads its endpoint beside it.
    pub async fn open(&self, lesson: &str) {
        self.read(lesson).await;
        self.load().await;
    }

    /// Opens a lesson alone.
    pub async fn read(&self, lesson: &str) {
        let address = format!("{}/lessons/{lesson}", self.base);
        self.chromium.open(&address).await;
        // Only then does the page follow what happens.
        let connected = "return performance.getEntriesByName(location.origin + '/progress').length";
        eventually("the page asked for its ticks", SOON, async || {
            self.chromium.run(connected).await.as_u64() > Some(0)
        })
        .await;
    }

    /// Loads the endpoint into the frame.
    pub async fn load(&self) {
        let link = Locator::Css(".live a.main");
        let link = self.chromium.page.find(link).await.unwrap();
        self.lead_on(async || link.click().await.unwrap()).await;
    }

    /// Clicks a link or a button that loads a page into the frame.
    pub async fn click(&self, text: &str) {
        self.lead_on(async || self.click_in_place(text).await).await;
    }

    /// The same by the keyboard.
    pub async fn press(&self, text: &str) {
        self.lead_on(async || self.press_in_place(text).await).await;
    }

    /// Clicks what leaves the frame's page where it is, such as a button of its script.
    pub async fn click_in_place(&self, text: &str) {
        self.in_frame(text, async |element| element.click().await)
            .await;
    }

    /// The same by the keyboard.
    pub async fn press_in_place(&self, text: &str) {
        self.in_frame(text, async |element| element.send_keys(ENTER).await)
            .await;
    }

    async fn in_frame(&self, text: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let page = &self.chromium.page;
        page.enter_frame(0).await.unwrap();
        let element = self.chromium.labelled(text).await;
        act(element)
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        page.enter_parent_frame().await.unwrap();
    }

    /// Does what loads a page into the frame, and waits until it is there.
    async fn lead_on(&self, act: impl AsyncFnOnce()) {
        self.chromium.run(MARK).await;
        act().await;
        eventually("the frame shows another page", SOON, async || {
            self.chromium.run(LOADED).await == Value::Bool(true)
        })
        .await;
    }

    /// Writes into a field of the frame.
    pub async fn write(&self, selector: &str, text: &str) {
        self.in_field(selector, async |field| {
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Chooses an entry of a list, or a position of a switch, of the frame.
    pub async fn choose(&self, selector: &str) {
        self.in_field(selector, async |choice| choice.click().await)
            .await;
    }

    /// Chooses the entry with this text in a list of the frame.
    pub async fn pick(&self, selector: &str, text: &str) {
        self.in_field(selector, async |list| list.select_by_label(text).await)
            .await;
    }

    async fn in_field(&self, selector: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let page = &self.chromium.page;
        page.enter_frame(0).await.unwrap();
        let wait = page.wait().at_most(SOON);
        let field = wait.for_element(Locator::Css(selector)).await;
        let field = field.unwrap_or_else(|error| panic!("{selector}: {error}"));
        act(field)
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
        page.enter_parent_frame().await.unwrap();
    }

    /// The page in the frame says this, now or soon.
    pub async fn sees(&self, text: &str) {
        let says = format!(
            "return document.querySelector('iframe').contentDocument.body.innerText.includes({})",
            json!(text)
        );
        eventually(&format!("the frame says {text:?}"), SOON, async || {
            self.chromium.run(&says).await == Value::Bool(true)
        })
        .await;
    }

    /// Clicks a link of the frame that opens a new tab.
    pub async fn open_tab(&self, text: &str) -> WindowHandle {
        self.tab_opened_by(async || self.click_in_place(text).await)
            .await
    }

    /// The new tab that `act` opens and the browser loads. What comes next is still done in this one.
    pub async fn tab_opened_by(&self, act: impl AsyncFnOnce()) -> WindowHandle {
        let page = &self.chromium.page;
        let before = page.windows().await.unwrap();
        act().await;
        let mut opened = None;
        eventually("there is a new tab", SOON, async || {
            let now = page.windows().await.unwrap();
            opened = now.into_iter().find(|tab| !before.contains(tab));
            opened.is_some()
        })
        .await;
        opened.unwrap()
    }

    /// Waits until a tab has loaded, closes it, and tells what it said.
    pub async fn read_tab(&self, tab: WindowHandle) -> String {
        let page = &self.chromium.page;
        let here = page.window().await.unwrap();
        page.switch_to_window(tab).await.unwrap();
        let whole = "return document.readyState === 'complete' \
                     ? document.querySelector('main')?.innerText : null";
        let mut text = None;
        eventually("the tab has loaded", SOON, async || {
            text = self.chromium.run(whole).await.as_str().map(str::to_owned);
            text.is_some()
        })
        .await;
        page.close_window().await.unwrap();
        page.switch_to_window(here).await.unwrap();
        text.unwrap()
    }

    /// Leaves the lesson for an address in a tab of its own.
    pub async fn leave_for(&self, address: &str) -> WindowHandle {
        let page = &self.chromium.page;
        let tab = page.new_window(true).await.unwrap().handle;
        page.switch_to_window(tab.clone()).await.unwrap();
        self.chromium.open(address).await;
        tab
    }

    /// Goes back to the lesson's tab.
    pub async fn come_back(&self) {
        let lesson = self.lesson.clone();
        self.chromium.page.switch_to_window(lesson).await.unwrap();
    }

    /// The task is ticked without a reload.
    pub async fn has_done(&self, task: &str) {
        let done = format!("return !!document.querySelector('.task.done[data-task=\"{task}\"]')");
        eventually(&format!("the task {task} is ticked"), SOON, async || {
            self.chromium.run(&done).await == Value::Bool(true)
        })
        .await;
    }

    /// The task is open, and nothing that was answered until now would tick it.
    pub async fn has_not_done(&self, task: &str) {
        let ticked = self.chromium.page.execute_async(TICKED, Vec::new()).await;
        let ticked = ticked.unwrap();
        let ticked = ticked.as_array().unwrap();
        assert!(!ticked.contains(&json!(task)), "{task} is ticked already");
        let state = format!(
            "return document.querySelector('[data-task=\"{task}\"] [data-state]').textContent"
        );
        assert_eq!(self.chromium.run(&state).await, "open", "{task}");
    }
}
