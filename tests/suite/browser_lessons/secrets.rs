//! Lesson 0400: cookies that are cracked, forged and read.

use crate::support::{Folder, Learner};

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0400_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0400").await;
    learner.click("Give me three cookies").await;
    learner.sees("Believed: role=student").await;
    learner.has_not_done("crack").await;
    learner.press("Crack the cookie signed with the port").await;
    learner.sees(&format!("as number {} of", copy.port)).await;
    learner.has_done("crack").await;

    learner.click("Back to the cookies").await;
    forge(&learner, "the cookie signed with the port", "a guess").await;
    learner.sees("Refused: ").await;
    learner.has_not_done("forge").await;
    let key = copy.port.to_string();
    forge(&learner, "the cookie signed with the port", &key).await;
    learner.sees("welcome, instructor").await;
    learner.has_done("forge").await;

    learner.has_not_done("no-key").await;
    learner
        .click("Crack the cookie signed with the derived key")
        .await;
    learner.sees("No port is the key.").await;
    learner.has_done("no-key").await;

    learner.press("Back to the cookies").await;
    learner.has_not_done("refused").await;
    forge(&learner, "the cookie signed with the derived key", &key).await;
    learner.sees("Refused: ").await;
    learner.has_done("refused").await;

    learner
        .click("Read the cookie signed with the derived key without a key")
        .await;
    learner.sees("role=instructor").await;
    learner.has_not_done("encrypted").await;
    learner.click("Back to the cookies").await;
    learner
        .press("Read the cookie encrypted with a derived key without a key")
        .await;
    learner.sees("nobody can read anything").await;
    learner.has_done("encrypted").await;
    learner.chromium.close().await;
}

/// Signs `role=instructor` with `key`, in place of one of the cookies.
async fn forge(learner: &Learner, cookie: &str, key: &str) {
    learner.pick("#cookie", cookie).await;
    learner.write("#role", "instructor").await;
    learner.write("#key", key).await;
    learner.press("Sign it, and use it as my cookie").await;
}
