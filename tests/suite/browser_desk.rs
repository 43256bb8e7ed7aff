//! The desk in a real browser: by mouse, by keyboard, and with a whole class's cookies.

use crate::{
    browser_axe::expect_a_page_for_everybody,
    support::{Chromium, Copy, Desk, Folder, eventually, free_ports, write_class},
};
use fantoccini::{Locator, elements::Element};
use serde_json::json;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);
const ENTER: &str = "\u{e007}";
const TAB: &str = "\u{e004}";
const PROFILE: &str = "points = 10\n[checks]\n0340-first-visit = 1\n";

/// A class of two whose four copies are served, and a desk on it.
struct Class {
    desk: Desk,
    ports: Vec<u16>,
    _hosted: Copy,
    _folders: [Folder; 2],
}

impl Class {
    async fn start() -> Self {
        let (folder, hosting) = (Folder::new(), Folder::new());
        let ports = free_ports(4);
        let [ann, bob] = [[ports[0], ports[1]], [ports[2], ports[3]]];
        for folder in [&folder, &hosting] {
            write_class(folder, "roster.csv", &[("Ann Lee", ann), ("Bob Ray", bob)]);
        }
        folder.write("profile.toml", PROFILE, 0o600);
        let arguments = ["host", "roster.csv", "--bind", "127.0.0.1"];
        Self {
            _hosted: hosting.serve_on(ports[0], &arguments).await,
            desk: Desk::start(&folder, &["--profile", "profile.toml"]).await,
            ports,
            _folders: [folder, hosting],
        }
    }
}

/// Waits until the page shows this text to people.
async fn reads(chromium: &Chromium, text: &str) {
    eventually(&format!("“{text}” is shown"), SOON, async || {
        let all = chromium.run("return document.body.innerText").await;
        all.as_str().unwrap().contains(text)
    })
    .await;
}

/// The field, link or button that is called so for a screen reader.
async fn called(chromium: &Chromium, name: &str) -> Element {
    let selector = format!("[aria-label=\"{name}\"]");
    let wait = chromium.page.wait().at_most(SOON);
    let found = wait.for_element(Locator::Css(&selector)).await;
    found.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The text of a student's row.
async fn row(chromium: &Chromium, field: &str) -> String {
    let script = format!(
        "return document.querySelector('[aria-label=\"{field}\"]').closest('tr').innerText"
    );
    chromium.run(&script).await.as_str().unwrap().to_owned()
}

async fn row_reads(chromium: &Chromium, field: &str, text: &str) {
    eventually(&format!("“{text}” in the row"), SOON, async || {
        row(chromium, field).await.contains(text)
    })
    .await;
}

async fn click(chromium: &Chromium, text: &str) {
    chromium.labelled(text).await.click().await.unwrap();
}

/// The names in the table, as they are shown from top to bottom.
async fn names(chromium: &Chromium) -> serde_json::Value {
    let script = "return [...document.querySelectorAll('[data-rows] tr')]\
                  .filter((row) => !row.hidden)\
                  .map((row) => row.querySelector('[data-name]').textContent)";
    chromium.run(script).await
}

/// Ends the browser, which has complained of nothing but refusals.
async fn leaves(chromium: Chromium) {
    let mut complaints = chromium.console().await;
    complaints.retain(|complaint| !complaint.contains("responded with a status of"));
    assert_eq!(complaints, Vec::<String>::new());
    chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn a_class_is_looked_at_checked_and_graded_by_mouse() {
    let class = Class::start().await;
    let chromium = Chromium::start().await;
    chromium.open(&class.desk.link).await;
    reads(&chromium, "2 of 2 students shown").await;
    let address = chromium.run("return location.href").await;
    assert!(!address.as_str().unwrap().contains("token"), "{address}");
    row_reads(&chromium, "Score of Ann Lee", "up").await;
    row_reads(&chromium, "Score of Ann Lee", "sandbox: 0 of ").await;

    click(&chromium, "Check all").await;
    row_reads(&chromium, "Score of Bob Ray", "10 of 10 at ").await;

    let score = called(&chromium, "Score of Bob Ray").await;
    score.click().await.unwrap();
    score.send_keys("9.5").await.unwrap();
    let comment = called(&chromium, "Comment on Bob Ray").await;
    comment.click().await.unwrap();
    comment.send_keys("Clear code").await.unwrap();
    chromium
        .page
        .find(Locator::Css("h1"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    reads(&chromium, "Saved. Bob Ray: score 9.5, “Clear code”").await;
    let hand = &class.desk.row("bob").await["hand"];
    assert_eq!(
        (&hand["score"], &hand["comment"]),
        (&json!(9.5), &json!("Clear code"))
    );

    click(&chromium, "Score by hand").await;
    assert_eq!(names(&chromium).await, json!(["Ann Lee", "Bob Ray"]));
    click(&chromium, "Score by hand").await;
    assert_eq!(names(&chromium).await, json!(["Bob Ray", "Ann Lee"]));
    let words = chromium.page.find(Locator::Css("#words")).await.unwrap();
    words.send_keys("lee").await.unwrap();
    reads(&chromium, "1 of 2 students shown").await;
    assert_eq!(names(&chromium).await, json!(["Ann Lee"]));

    let name = format!(
        "Open {}, the sandbox of Ann Lee, in a new tab",
        class.ports[0]
    );
    called(&chromium, &name).await.click().await.unwrap();
    row_reads(&chromium, "Score of Ann Lee", "✓ opened").await;
    eventually("the copy has a tab", SOON, async || {
        chromium.page.windows().await.unwrap().len() == 2
    })
    .await;
    click(&chromium, "Moodle (moodle.csv)").await;
    reads(&chromium, "moodle.csv was downloaded.").await;
    leaves(chromium).await;
}

/// Goes on with the tabulator until something called `name` has the focus.
async fn tabs_to(chromium: &Chromium, name: &str) -> Element {
    let script = "const at = document.activeElement; \
                  return at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent.trim()";
    for _ in 0..80 {
        let at = chromium.page.active_element().await.unwrap();
        if chromium.run(script).await == name {
            return at;
        }
        at.send_keys(TAB).await.unwrap();
    }
    panic!("the tabulator never comes to `{name}`");
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn everything_can_be_done_by_the_keyboard() {
    let class = Class::start().await;
    let chromium = Chromium::start().await;
    chromium.open(&class.desk.link).await;
    reads(&chromium, "2 of 2 students shown").await;
    let heading = tabs_to(&chromium, "Student").await;
    for order in [
        ["Ann Lee", "Bob Ray"],
        ["Bob Ray", "Ann Lee"],
        ["Ann Lee", "Bob Ray"],
    ] {
        heading.send_keys(ENTER).await.unwrap();
        assert_eq!(names(&chromium).await, json!(order));
    }
    tabs_to(&chromium, "Check Ann Lee")
        .await
        .send_keys(ENTER)
        .await
        .unwrap();
    row_reads(&chromium, "Score of Ann Lee", "10 of 10 at ").await;
    let score = tabs_to(&chromium, "Score of Ann Lee").await;
    score.send_keys(&format!("7{TAB}")).await.unwrap();
    row_reads(&chromium, "Score of Ann Lee", "saved").await;
    let comment = tabs_to(&chromium, "Comment on Ann Lee").await;
    comment.send_keys(&format!("By hand{ENTER}")).await.unwrap();
    reads(&chromium, "Saved. Ann Lee: score 7, “By hand”").await;
    tabs_to(&chromium, "Canvas (canvas.csv)")
        .await
        .send_keys(ENTER)
        .await
        .unwrap();
    reads(&chromium, "canvas.csv was downloaded.").await;
    leaves(chromium).await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn whoever_types_while_another_desk_saves_is_asked_which_score_is_meant() {
    let class = Class::start().await;
    let chromium = Chromium::start().await;
    chromium.open(&class.desk.link).await;
    reads(&chromium, "2 of 2 students shown").await;
    let score = called(&chromium, "Score of Ann Lee").await;
    score.send_keys("9").await.unwrap();
    // Meanwhile, and before the field is left.
    class.desk.gives("ann", 0, 8.0, "theirs").await.expect(200);
    score.send_keys(TAB).await.unwrap();
    reads(&chromium, "Another desk has saved: score 8.").await;
    assert_eq!(class.desk.row("ann").await["hand"]["score"], 8.0);
    expect_a_page_for_everybody(&chromium, "conflict").await;
    click(&chromium, "Keep mine").await;
    // The comment was nobody's but theirs.
    reads(&chromium, "Saved. Ann Lee: score 9, “theirs”").await;
    let hand = &class.desk.row("ann").await["hand"];
    assert_eq!(
        (&hand["score"], &hand["comment"]),
        (&json!(9.0), &json!("theirs"))
    );
    // A change of the other field is merged without a question.
    let comment = called(&chromium, "Comment on Ann Lee").await;
    comment.send_keys(", and mine").await.unwrap();
    class.desk.gives("ann", 2, 10.0, "theirs").await.expect(200);
    comment.send_keys(TAB).await.unwrap();
    reads(&chromium, "Saved. Ann Lee: score 10, “theirs, and mine”").await;
    leaves(chromium).await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_desk_is_for_everybody_in_all_its_states() {
    let class = Class::start().await;
    let chromium = Chromium::start().await;
    let (address, _) = class.desk.link.split_once('#').unwrap();
    chromium.open(address).await;
    reads(&chromium, "This tab has no token.").await;
    expect_a_page_for_everybody(&chromium, "no token").await;
    chromium.open(&class.desk.link).await;
    reads(&chromium, "2 of 2 students shown").await;
    click(&chromium, "Check all").await;
    row_reads(&chromium, "Score of Bob Ray", "10 of 10 at ").await;
    row_reads(&chromium, "Score of Bob Ray", "up").await;
    expect_a_page_for_everybody(&chromium, "checked").await;
    leaves(chromium).await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn all_that_a_browser_holds_of_a_class_is_forgotten_at_a_click() {
    let folder = Folder::new();
    let names: Vec<_> = (0..90).map(|number| format!("S{number}")).collect();
    let ports = (0..90).map(|number| [20_000 + 2 * number, 20_001 + 2 * number]);
    let class: Vec<_> = names.iter().map(String::as_str).zip(ports).collect();
    write_class(&folder, "roster.csv", &class);
    let desk = Desk::start(&folder, &[]).await;
    let chromium = Chromium::start().await;
    // As many as a browser keeps of one host.
    for port in class.iter().flat_map(|(_, ports)| ports) {
        let cookie = json!({
            "url": format!("https://localhost:{port}/"), "name": format!("s{port}Cookie"),
            "value": "x".repeat(65), "secure": true, "httpOnly": true, "sameSite": "Lax",
        });
        chromium.devtools("Network.setCookie", cookie).await;
    }
    chromium.open(&desk.link).await;
    reads(&chromium, "holds 180 cookies for localhost, 180 of them").await;
    let cookies = chromium.page.get_all_cookies().await.unwrap();
    assert_eq!(cookies.len(), 180);
    click(&chromium, "Forget all copies").await;
    reads(
        &chromium,
        "Forgotten: this browser holds no cookie of this class",
    )
    .await;
    let cookies = chromium.page.get_all_cookies().await.unwrap();
    assert!(cookies.is_empty(), "{cookies:?}");
    leaves(chromium).await;
}
