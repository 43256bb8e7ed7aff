//! Stores in trouble (S12), other than away: slow, full, read-only, locked, cut, damaged.
//!
//! `outages.rs` shows those that are away. Here a store is there and does not do what it should:
//! the answer comes in time and says what is wrong, the trouble's end is noticed without anybody's
//! help, and what was answered by success is there.

#[cfg(feature = "redis")]
mod handover;
mod mariadb;
mod network;
#[cfg(feature = "redis")]
mod redis;
mod sqlite;

use crate::support::{Answer, TestApp, Visitor, eventually};
use reqwest::Method;
use std::time::Duration;

/// Nobody waits longer for an answer, whatever the store does.
const ANSWER: Duration = Duration::from_secs(3);
/// So long after the end of the trouble everything works again.
const RECOVERY: Duration = Duration::from_secs(5);

/// A request as a browser sends it.
async fn browse(visitor: &Visitor, path: &str) -> Answer {
    let accept = [("accept", "text/html")];
    visitor.request(Method::GET, path, &accept).await
}

/// A page that says, in time, what is wrong with the store and when to come again.
#[track_caller]
fn expect_refused(answer: Answer, reason: &str) {
    let answer = answer.expect(503);
    assert!(answer.took < ANSWER, "{:?}", answer.took);
    assert!(answer.text.contains("<html"), "{}", answer.text);
    assert!(answer.text.contains(reason), "{}", answer.text);
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.set_cookies().is_empty());
}

/// The store takes no changes: whoever only reads goes on, also when it is time to write that the
/// session is in use.
async fn expect_no_changes(app: &TestApp, store: &str, visitor: &Visitor, sum: u64) {
    let reason = format!("The session store ({store}) takes no changes just now.");
    app.clock.advance(time::Duration::minutes(2));
    expect_refused(browse(visitor, "/t/add/n").await, &reason);
    expect_refused(browse(&app.visitor(), "/t/add/n").await, &reason);
    let read = visitor.get("/t/get/n").await.expect(200);
    assert_eq!(read.text, sum.to_string());
    assert!(read.took < ANSWER, "{:?}", read.took);
    expect_a_crowd_to_be_refused(visitor).await;
    app.visitor().get("/healthz").await.expect(200);
}

/// Forty changes of one session at once: none of them waits for the others' timeouts.
async fn expect_a_crowd_to_be_refused(visitor: &Visitor) {
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let tab = visitor.another_tab();
        crowd.spawn(async move { tab.get("/t/add/n").await.expect(503) });
    }
    for answer in crowd.join_all().await {
        assert!(answer.took < ANSWER, "{:?}", answer.took);
    }
}

/// The trouble is over: changes are taken again, and go on from the last one that was answered.
async fn expect_changes_after(visitor: &Visitor, sum: u64) {
    let mut answer = None;
    eventually("changes are taken again", RECOVERY, async || {
        let added = visitor.get("/t/add/n").await;
        let done = added.status == 200;
        answer = Some(added.text);
        done
    })
    .await;
    assert_eq!(answer, Some((sum + 1).to_string()));
}

/// A change whose connection was cut while it was at work: it counts once if it was answered by
/// success, and at most once if not.
async fn expect_once_at_most(visitor: &Visitor, sum: u64, cut: &Answer) {
    assert!(cut.took < ANSWER, "{:?}", cut.took);
    let most = sum + 1;
    let least = match cut.status.as_u16() {
        200 => most,
        503 => sum,
        other => panic!("status {other}"),
    };
    eventually("service is back", RECOVERY, async || {
        visitor.get("/t/get/n").await.status == 200
    })
    .await;
    let found: u64 = visitor.get("/t/get/n").await.text.parse().unwrap();
    assert!((least..=most).contains(&found), "{found}, {cut:?}");
}
