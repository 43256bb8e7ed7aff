//! Lessons 0360 and 0370: where sessions are kept, and what it costs to keep them.

use crate::support::{Folder, Learner, free_port};
use reqwest::Method;

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0360_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0360").await;
    learner.click("Show the bytes").await;
    learner.has_not_done("as-bytes").await;
    learner.click("Remove the records").await;
    learner.has_not_done("forget").await;
    learner.click("Count in every place").await;
    learner.press("Count in every place").await;
    learner.has_not_done("count").await;
    learner.press("Count in every place").await;
    learner
        .sees("Counter: 3 of 3. Begun in this process.")
        .await;
    learner.has_done("count").await;
    learner.has_not_done("as-bytes").await;
    learner.click("Show the bytes").await;
    learner.sees("7b 22 63 6f 75 6e 74 22 3a 33 2c").await;
    learner.has_done("as-bytes").await;
    learner.press("Only look").await;
    learner.has_not_done("restart").await;

    // The lesson stays open meanwhile, and goes on when the copy is back.
    let port = copy.port;
    assert_eq!(copy.stop().await, Some(0));
    let _copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    learner.click("Only look").await;
    learner.sees("It knows nothing of the 3 times.").await;
    let outlived = "Counter: 3 of 3. Begun before the last restart, which it has outlived.";
    learner.sees(outlived).await;
    learner.has_done("restart").await;

    learner.has_not_done("forget").await;
    learner.press("Remove the records").await;
    learner.sees("There is no record of yours yet.").await;
    learner.has_done("forget").await;
    learner.chromium.close().await;
}

#[tokio::test]
async fn only_a_copy_with_sessions_in_memory_says_that_0360_cannot_show_a_restart() {
    let note = "start the copy without <code>--store memory</code>";
    for (store, says_so) in [("memory", true), ("cookie", false), ("sqlite", false)] {
        let (folder, port) = (Folder::new(), free_port());
        folder.write(".port", &port.to_string(), 0o644);
        let flags = ["--bind", "127.0.0.1", "--store", store];
        let copy = folder.serve_on(port, &flags).await;
        let visitor = copy.visitor();
        let before = visitor.get("/0360").await.expect(200).text;
        assert_eq!(before.contains(note), says_so, "{store}: {before}");
        // What is not within reach is named, with the way to it.
        assert!(
            before.contains("apt-get install redis-server"),
            "{store}: {before}"
        );
        let counted = visitor.request(Method::POST, "/0360/count", &[]).await;
        let counted = counted.expect(200).text;
        assert_eq!(counted.contains(note), says_so, "{store}: {counted}");
        // The plot in words.
        assert!(counted.contains("memory, save: "), "{store}: {counted}");
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0370_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0370").await;
    learner.has_not_done("leak").await;
    learner.press("Send the crawler").await;
    learner.sees("Records left in the store: 1,001").await;
    learner.has_done("leak").await;

    learner.has_not_done("one-record").await;
    set(&learner, "saveUninitialized", "false").await;
    learner.click("Send the crawler").await;
    learner.sees("Records left in the store: 1\n").await;
    learner.has_done("one-record").await;

    set(&learner, "saveUninitialized", "true").await;
    set(&learner, "expiry", "asked").await;
    learner.press("Send the crawler").await;
    learner.sees("Records left in the store: 1,0").await;
    learner.has_not_done("expiry-alone").await;
    set(&learner, "expiry", "purge").await;
    learner.click("Send the crawler").await;
    learner.sees("an empty cart 16 times").await;
    learner.has_done("expiry-alone").await;

    set(&learner, "saveUninitialized", "false").await;
    set(&learner, "resave", "false").await;
    learner.click("Send the crawler").await;
    learner.sees("an empty cart 16 times").await;
    learner.has_not_done("spare-the-store").await;
    set(&learner, "rolling", "true").await;
    learner.press("Send the crawler").await;
    learner.sees("an empty cart 0 times").await;
    learner.has_done("spare-the-store").await;

    learner.has_not_done("two-processes").await;
    set(&learner, "processes", "2").await;
    learner.click("Send the crawler").await;
    learner.sees("an empty cart 99 times").await;
    learner.has_done("two-processes").await;
    learner.chromium.close().await;
}

/// Puts a switch into a position; it stays there over the next runs.
async fn set(learner: &Learner, switch: &str, position: &str) {
    let option = format!("select[name={switch}] option[value='{position}']");
    learner.choose(&option).await;
}
