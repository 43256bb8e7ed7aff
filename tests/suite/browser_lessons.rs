//! The lessons in a real browser: every task done by mouse and keyboard, and ticked live.

use crate::support::{Chromium, Copy, Folder, eventually};
use fantoccini::{Locator, elements::Element, error::CmdError};
use serde_json::Value;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);
const ENTER: &str = "\u{e007}";

/// Somebody who sits in front of a lesson page.
struct Learner {
    chromium: Chromium,
    base: String,
}

impl Learner {
    async fn of(copy: &Copy) -> Self {
        let chromium = Chromium::start().await;
        let base = format!("https://localhost:{}", copy.port);
        Self { chromium, base }
    }

    /// Opens a lesson and loads its endpoint beside it.
    async fn open(&self, lesson: &str) {
        self.chromium
            .open(&format!("{}/lessons/{lesson}", self.base))
            .await;
        // Only then does the page follow what happens.
        let connected = "return performance.getEntriesByName(location.origin + '/progress').length";
        eventually("the page asked for its ticks", SOON, async || {
            self.chromium.run(connected).await.as_u64() > Some(0)
        })
        .await;
        self.load().await;
    }

    /// Loads the endpoint into the frame.
    async fn load(&self) {
        let link = self
            .chromium
            .page
            .find(Locator::Css(".live a.main"))
            .await
            .unwrap();
        link.click().await.unwrap();
        self.click_is_done().await;
    }

    /// Clicks a link or a button in the frame.
    async fn click(&self, text: &str) {
        self.in_frame(text, async |element| element.click().await)
            .await;
    }

    /// The same by the keyboard.
    async fn press(&self, text: &str) {
        self.in_frame(text, async |element| element.send_keys(ENTER).await)
            .await;
    }

    async fn in_frame(&self, text: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let page = &self.chromium.page;
        let quoted = format!("\"{text}\"");
        let path =
            format!("//*[self::a or self::button][normalize-space()={quoted} or .={quoted}]");
        page.enter_frame(0).await.unwrap();
        let element = page
            .wait()
            .at_most(SOON)
            .for_element(Locator::XPath(&path))
            .await;
        let element = element.unwrap_or_else(|error| panic!("{text}: {error}"));
        act(element)
            .await
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        page.enter_parent_frame().await.unwrap();
        self.click_is_done().await;
    }

    /// Until the frame shows what it was asked for.
    async fn click_is_done(&self) {
        let state = "const frame = document.querySelector('iframe').contentDocument; \
                     return frame && frame.URL !== 'about:blank' && frame.readyState === 'complete'";
        tokio::time::sleep(Duration::from_millis(150)).await;
        eventually("the frame has loaded", SOON, async || {
            self.chromium.run(state).await == Value::Bool(true)
        })
        .await;
    }

    /// Writes into a field of the frame.
    async fn write(&self, selector: &str, text: &str) {
        let page = &self.chromium.page;
        page.enter_frame(0).await.unwrap();
        let field = page
            .wait()
            .at_most(SOON)
            .for_element(Locator::Css(selector))
            .await;
        let field = field.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
        page.enter_parent_frame().await.unwrap();
    }

    /// Chooses in a list, or a position of a switch, of the frame.
    async fn choose(&self, selector: &str) {
        let page = &self.chromium.page;
        page.enter_frame(0).await.unwrap();
        let option = page
            .wait()
            .at_most(SOON)
            .for_element(Locator::Css(selector))
            .await;
        option.unwrap().click().await.unwrap();
        page.enter_parent_frame().await.unwrap();
    }

    /// The task is ticked without a reload.
    async fn has_done(&self, task: &str) {
        let done = format!("return !!document.querySelector('.task.done[data-task=\"{task}\"]')");
        eventually(&format!("the task {task} is ticked"), SOON, async || {
            self.chromium.run(&done).await == Value::Bool(true)
        })
        .await;
    }

    async fn has_not_done(&self, task: &str) {
        let open = format!(
            "return document.querySelector('[data-task=\"{task}\"] [data-state]').textContent"
        );
        assert_eq!(
            self.chromium.run(&open).await,
            "open",
            "{task} is ticked already"
        );
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0300_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0300").await;
    learner.has_not_done("forgotten").await;
    learner.click("Visit again").await;
    learner.press("Visit again").await;
    learner.has_done("forgotten").await;
    learner.click("Let the links remember").await;
    learner.click("Visit again").await;
    learner.press("Visit again").await;
    learner.has_done("carried").await;
    learner.has_not_done("lost").await;
    learner.click("A link without the parameters").await;
    learner.has_done("lost").await;
    learner.write("#name", "Bob").await;
    learner.press("Tell the page").await;
    learner.click("Visit again").await;
    learner.has_done("named").await;
    let ann = "return document.querySelector('iframe').contentDocument\
               .querySelector('a[href*=Ann]').textContent";
    let ann = learner.chromium.run(ann).await;
    learner.click(ann.as_str().unwrap()).await;
    learner.click("Visit again").await;
    learner.has_done("taken-over").await;

    // A reload keeps it, and so does a restart.
    learner.open("0300").await;
    learner.has_done("taken-over").await;
    let port = copy.port;
    assert_eq!(copy.stop().await, Some(0));
    let _copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    learner.open("0300").await;
    for task in ["forgotten", "carried", "lost", "named", "taken-over"] {
        learner.has_done(task).await;
    }
    // The index tells as well.
    learner
        .chromium
        .open(&format!("{}/lessons", learner.base))
        .await;
    let count = "return document.querySelector('[data-lesson=\"0300\"] [data-done]').textContent";
    eventually("the index tells", SOON, async || {
        learner.chromium.run(count).await == "5"
    })
    .await;
    learner.chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0310_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0310").await;
    learner.choose("#path option:nth-child(1)").await;
    learner.choose("option[value='10']").await;
    learner.press("Set it").await;
    learner.click("Look at /0310").await;
    learner.has_done("came-back").await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    learner.click("Look at /0310").await;
    learner.has_done("expired").await;

    learner.choose("#path option:nth-child(2)").await;
    learner.choose("option[value='600']").await;
    learner.click("Set it").await;
    learner.click("Look at /0310").await;
    learner.press("Look at /0310/below").await;
    learner.has_done("kept-away").await;

    learner.click("Look at /0310").await;
    learner.choose("#path option:nth-child(1)").await;
    learner.choose("option[value='600']").await;
    learner.click("Set it").await;
    learner.choose("#path option:nth-child(2)").await;
    learner.click("Delete the one with this Path").await;
    learner.click("Look at /0310").await;
    learner.has_done("wrong-path").await;
    learner.has_not_done("deleted").await;
    learner.choose("#path option:nth-child(1)").await;
    learner.click("Delete the one with this Path").await;
    learner.click("Look at /0310").await;
    learner.has_done("deleted").await;
    learner.chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0320_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0320").await;
    learner.click("Begin").await;
    learner.has_done("begin").await;
    for _ in 0..3 {
        learner.press("Count").await;
    }
    learner.has_done("count-three").await;
    learner.click("Send a made-up id").await;
    learner.click("Send a made-up id").await;
    learner.has_done("made-up").await;
    learner.has_not_done("by-link").await;
    learner.click("count by a link (new tab)").await;
    learner.has_done("by-link").await;
    learner.click("Begin").await;
    learner.click("End it on the server").await;
    learner.click("Count").await;
    learner.has_done("ended").await;
    learner.chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0330_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0330").await;
    learner.has_not_done("list-begins").await;
    learner.click("Forget me").await;
    learner.click("Visit again").await;
    learner.has_done("list-begins").await;
    learner.press("Visit again").await;
    learner.click("Visit again").await;
    learner.has_done("same-id").await;
    learner.click("Only look").await;
    learner.has_done("only-look").await;
    learner.has_not_done("your-own").await;
    learner.write("input[name=number]", "42").await;
    learner.press("Append it").await;
    learner.has_done("your-own").await;
    learner.write("input[name=number]", "many").await;
    learner.click("Append it").await;
    learner.has_done("no-number").await;
    learner.chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0340_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0340").await;
    learner.has_done("first-visit").await;
    for _ in 0..4 {
        learner.press("I can wait longer.").await;
        let waited = "return document.querySelector('iframe').contentDocument.readyState";
        learner.chromium.run(waited).await;
    }
    learner.has_done("three-seconds").await;
    // Both wait for four seconds, and the first has not been answered when the second begins.
    learner.chromium.run("window.open('/?tab=2')").await;
    learner.click("I can wait longer.").await;
    learner.has_done("two-tabs").await;
    learner.has_not_done("enough").await;
    learner.click("I have enough!").await;
    learner.has_done("enough").await;
    learner.press("I can wait longer.").await;
    learner.has_done("onwards").await;
    learner.chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0350_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0350").await;
    for (switches, visits, task) in [
        (["shared", "shared", "shared"], 1, "all-shared"),
        (["shared", "derived", "shared"], 2, "own-secret"),
        (["derived", "shared", "shared"], 2, "own-name"),
        (["derived", "derived", "derived"], 2, "all-derived"),
    ] {
        learner.load().await;
        for (name, position) in ["name", "secret", "table"].iter().zip(switches) {
            learner
                .choose(&format!("input[name={name}][value={position}]"))
                .await;
        }
        learner.press("Set the switches").await;
        learner.has_not_done(task).await;
        for _ in 0..visits {
            learner.click("Visit the sandbox").await;
            learner.click("Visit production").await;
        }
        learner.has_done(task).await;
    }
    learner.has_not_done("second-copy").await;
    let other = Folder::new();
    let other = other.serve().await;
    learner
        .chromium
        .open(&format!("https://localhost:{}/", other.port))
        .await;
    learner.open("0350").await;
    learner.has_done("second-copy").await;
    learner.chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn one_learner_s_ticks_are_not_another_s() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let [ann, bob] = [Learner::of(&copy).await, Learner::of(&copy).await];
    ann.open("0300").await;
    bob.open("0300").await;
    ann.click("Visit again").await;
    ann.click("Visit again").await;
    ann.has_done("forgotten").await;
    bob.has_not_done("forgotten").await;
    let seen = "return document.querySelector('[data-xray-records]').textContent";
    assert!(
        ann.chromium
            .run(seen)
            .await
            .to_string()
            .contains("/0300?again")
    );
    assert!(
        !bob.chromium
            .run(seen)
            .await
            .to_string()
            .contains("/0300?again")
    );
    for learner in [ann, bob] {
        learner.chromium.close().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn every_lesson_reads_and_its_endpoint_works_without_scripts() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let chromium = Chromium::without_scripts().await;
    let base = format!("https://localhost:{}", copy.port);
    for lesson in sweatbox::app::catalog() {
        chromium
            .open(&format!("{base}/lessons/{}", lesson.digits()))
            .await;
        assert!(chromium.text("h1").await.starts_with(&lesson.digits()));
        // A link with a target: the frame needs no script.
        let link = chromium
            .page
            .find(Locator::Css(".live a.main"))
            .await
            .unwrap();
        link.click().await.unwrap();
        chromium.page.enter_frame(0).await.unwrap();
        let heading = chromium
            .page
            .wait()
            .at_most(SOON)
            .for_element(Locator::Css("h1"))
            .await;
        assert!(!heading.unwrap().text().await.unwrap().is_empty());
        if lesson.number == 320 {
            assert!(chromium.text("main").await.contains("need scripts"));
        }
        chromium.page.enter_parent_frame().await.unwrap();
    }
    chromium.open(&format!("{base}/0300")).await;
    chromium.follow("Let the links remember").await;
    chromium.follow("Visit again").await;
    assert!(chromium.text("main").await.contains("visit 2"));
    chromium.open(&format!("{base}/xray")).await;
    assert_eq!(chromium.text("h1").await, "X-ray");
    chromium.close().await;
}
