//! Lessons 0330 to 0350: the session and its cookie.

use crate::support::{Folder, Learner};

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
    learner.has_not_done("same-id").await;
    learner.click("Visit again").await;
    learner.has_done("same-id").await;
    learner.has_not_done("only-look").await;
    learner.click("Only look").await;
    learner.has_done("only-look").await;
    learner.has_not_done("your-own").await;
    learner.write("input[name=number]", "42").await;
    learner.press("Append it").await;
    learner.has_done("your-own").await;
    learner.has_not_done("no-number").await;
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
    learner.read("0340").await;
    learner.has_not_done("first-visit").await;
    learner.load().await;
    learner.has_done("first-visit").await;
    for seconds in 1..=4 {
        learner.has_not_done("three-seconds").await;
        learner.press("I can wait longer.").await;
        learner.sees(&format!("will wait {seconds} seconds")).await;
    }
    learner.has_done("three-seconds").await;
    learner.has_not_done("two-tabs").await;
    // Both wait for four seconds, and the first has not been answered when the second begins.
    learner.chromium.run("window.open('/?tab=2')").await;
    learner.click("I can wait longer.").await;
    learner.has_done("two-tabs").await;
    learner.has_not_done("enough").await;
    learner.click("I have enough!").await;
    learner.has_done("enough").await;
    learner.has_not_done("onwards").await;
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
