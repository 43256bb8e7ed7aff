//! Lesson 0380: fifty requests at once, and a logout in between.

use crate::support::{Folder, Learner};

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0380_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0380").await;
    learner.has_not_done("overwritten").await;
    fire(&learner, "naive", "one").await;
    learner.has_done("overwritten").await;

    learner.has_not_done("own-keys").await;
    fire(&learner, "naive", "own").await;
    learner.has_done("own-keys").await;

    fire(&learner, "changes-only", "own").await;
    learner.sees("Kept: 50 of 50. Overwritten: 0.").await;
    learner.has_not_done("changes-only").await;
    fire(&learner, "changes-only", "one").await;
    learner.has_done("changes-only").await;

    fire(&learner, "locked", "own").await;
    learner.has_not_done("locked").await;
    fire(&learner, "locked", "one").await;
    learner.sees("Kept: 50 of 50. Overwritten: 0.").await;
    learner.has_done("locked").await;

    learner.choose("input[name=care][value=naive]").await;
    learner.press("Log out meanwhile").await;
    learner.sees("back from the dead").await;
    learner.has_not_done("logout").await;
    learner.choose("input[name=care][value=careful]").await;
    learner.click("Log out meanwhile").await;
    learner.sees("The visitor stays logged out").await;
    learner.has_done("logout").await;
    learner.chromium.close().await;
}

async fn fire(learner: &Learner, way: &str, keys: &str) {
    for (name, value) in [("way", way), ("keys", keys)] {
        let position = format!("input[name={name}][value={value}]");
        learner.choose(&position).await;
    }
    learner.press("Fire 50").await;
    learner.sees("Kept: ").await;
}
