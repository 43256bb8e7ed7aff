//! Lessons 0300 to 0320: before there is a session in a cookie.

use super::SOON;
use crate::support::{Folder, Learner, eventually};
use serde_json::json;

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0300_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0300").await;
    learner.click("Visit again").await;
    learner.has_not_done("forgotten").await;
    learner.press("Visit again").await;
    learner.has_done("forgotten").await;
    learner.click("Let the links remember").await;
    learner.click("Visit again").await;
    learner.has_not_done("carried").await;
    learner.press("Visit again").await;
    learner.has_done("carried").await;
    learner.has_not_done("lost").await;
    learner.click("A link without the parameters").await;
    learner.has_done("lost").await;
    learner.write("#name", "Bob").await;
    learner.press("Tell the page").await;
    learner.has_not_done("named").await;
    learner.click("Visit again").await;
    learner.has_done("named").await;
    let ann = "return document.querySelector('iframe').contentDocument\
               .querySelector('a[href*=Ann]').textContent";
    let ann = learner.chromium.run(ann).await;
    learner.click(ann.as_str().unwrap()).await;
    learner.has_not_done("taken-over").await;
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
    let index = format!("{}/lessons", learner.base);
    learner.chromium.open(&index).await;
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
    learner.has_not_done("came-back").await;
    learner.click("Look at /0310").await;
    learner.has_done("came-back").await;
    learner.has_not_done("expired").await;
    wait_until_no_cookie_goes_to_0310(&learner).await;
    learner.click("Look at /0310").await;
    learner.has_done("expired").await;

    learner.choose("#path option:nth-child(2)").await;
    learner.choose("option[value='600']").await;
    learner.click("Set it").await;
    learner.click("Look at /0310").await;
    learner.has_not_done("kept-away").await;
    learner.press("Look at /0310/below").await;
    learner.has_done("kept-away").await;

    learner.click("Look at /0310").await;
    learner.choose("#path option:nth-child(1)").await;
    learner.choose("option[value='600']").await;
    learner.click("Set it").await;
    learner.choose("#path option:nth-child(2)").await;
    learner.click("Delete the one with this Path").await;
    learner.has_not_done("wrong-path").await;
    learner.click("Look at /0310").await;
    learner.has_done("wrong-path").await;
    learner.has_not_done("deleted").await;
    learner.choose("#path option:nth-child(1)").await;
    learner.click("Delete the one with this Path").await;
    learner.click("Look at /0310").await;
    learner.has_done("deleted").await;
    learner.chromium.close().await;
}

/// The lesson's cookie lives for ten seconds, and only the browser knows when they are over.
async fn wait_until_no_cookie_goes_to_0310(learner: &Learner) {
    let there = json!({ "urls": [format!("{}/0310", learner.base)] });
    eventually("the cookie has come to its end", SOON, async || {
        let chromium = &learner.chromium;
        let sent = chromium.devtools("Network.getCookies", there.clone()).await;
        !sent["cookies"].to_string().contains("Demo")
    })
    .await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0320_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0320").await;
    learner.has_not_done("begin").await;
    learner.click_in_place("Begin").await;
    learner.sees("session_id").await;
    learner.has_done("begin").await;
    for count in 1..=3 {
        learner.has_not_done("count-three").await;
        learner.press_in_place("Count").await;
        learner.sees(&format!("\"count\":{count}")).await;
    }
    learner.has_done("count-three").await;
    learner.click_in_place("Send a made-up id").await;
    learner.sees("not known here").await;
    learner.has_not_done("made-up").await;
    learner.click_in_place("Send a made-up id").await;
    learner.has_done("made-up").await;
    learner.has_not_done("by-link").await;
    learner.open_tab("count by a link (new tab)").await;
    learner.has_done("by-link").await;
    learner.click_in_place("Begin").await;
    learner.sees("session_id").await;
    learner.click_in_place("End it on the server").await;
    learner.sees("\"ended\":true").await;
    learner.has_not_done("ended").await;
    learner.click_in_place("Count").await;
    learner.has_done("ended").await;
    learner.chromium.close().await;
}
