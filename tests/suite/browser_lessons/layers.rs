//! Lesson 0420: one request through all layers.

use crate::support::{Folder, Learner};

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0420_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0420").await;
    learner.has_not_done("only-look").await;
    learner.press("Look again").await;
    learner.has_done("only-look").await;

    learner.has_not_done("way-out").await;
    learner.click("Change the session").await;
    learner
        .sees("The one before, POST /0420/write, status 303")
        .await;
    learner.sees("store: save").await;
    learner.has_done("way-out").await;

    learner.has_not_done("too-large").await;
    learner.click("Overfill the session (413)").await;
    learner.sees("Too much for one session").await;
    learner.has_done("too-large").await;
    learner.load().await;

    guess(&learner, ["Routing", "Origin", "Handler"]).await;
    learner.sees("Right: 1 of 3").await;
    learner.has_not_done("who-refuses").await;
    learner.click("Back to the layers").await;
    guess(&learner, ["Handler", "Origin", "Session"]).await;
    learner.sees("Right: 3 of 3").await;
    learner.has_done("who-refuses").await;
    learner.chromium.close().await;
}

/// Says who refuses an unknown path, a foreign form and a session that is too large.
async fn guess(learner: &Learner, layers: [&str; 3]) {
    for (list, layer) in ["#unknown", "#foreign", "#large"].iter().zip(layers) {
        learner.pick(list, layer).await;
    }
    learner.press("Is that so?").await;
}
