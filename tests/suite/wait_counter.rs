//! The wait-counter page, row by row of its table, with its times.

use crate::support::{Answer, Folder, TestApp, Visitor, eventually, free_port, on_every_store};
use reqwest::Method;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Beyond the wait itself; machines that run tests are slow at times.
const SLACK: Duration = Duration::from_secs(3);

on_every_store! {
    every_row_of_the_table_holds
    both_addresses_are_the_same_page
    odd_parameters_never_give_an_error
    whoever_leaves_during_the_wait_is_not_counted
    head_neither_waits_nor_counts
    ; but not in a cookie:
    a_logout_during_the_wait_stays_a_logout
    a_reset_during_the_wait_gives_one
    fifty_one_overlapping_refreshes_count_fifty_one
}

/// What a request finds in the session, and what it must answer.
struct Row {
    path: &'static str,
    before: Option<u64>,
    waits: u64,
    shows: u64,
    after: Option<u64>,
}

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { path: "/", before: None, waits: 0, shows: 0, after: Some(0) },
    Row { path: "/", before: Some(0), waits: 0, shows: 1, after: Some(1) },
    Row { path: "/", before: Some(1), waits: 1, shows: 2, after: Some(2) },
    Row { path: "/", before: Some(2), waits: 2, shows: 3, after: Some(3) },
    Row { path: "/?x=1", before: Some(1), waits: 1, shows: 2, after: Some(2) },
    Row { path: "/?haveEnough=1", before: None, waits: 0, shows: 0, after: Some(0) },
    Row { path: "/?haveEnough=1", before: Some(7), waits: 0, shows: 0, after: Some(0) },
    Row { path: "/?haveEnough=0", before: Some(7), waits: 0, shows: 7, after: Some(7) },
    Row { path: "/?haveEnough", before: Some(7), waits: 0, shows: 7, after: Some(7) },
    Row { path: "/?haveEnough=0&haveEnough=1", before: Some(7), waits: 0, shows: 7, after: Some(7) },
    Row { path: "/?haveEnough=0", before: None, waits: 0, shows: 0, after: None },
    Row { path: "/?haveEnough=", before: None, waits: 0, shows: 0, after: None },
];

async fn every_row_of_the_table_holds(app: TestApp) {
    for row in TABLE {
        let visitor = app.visitor();
        if let Some(wait) = row.before {
            set_wait(&app, &visitor, wait).await;
        }
        let answer = visitor.get(row.path).await.expect(200);
        let case = format!("{} with {:?}", row.path, row.before);
        assert_eq!(answer.seconds(), row.shows, "{case}");
        let wait = Duration::from_secs(row.waits);
        assert!(answer.took >= wait, "{case}: only {:?}", answer.took);
        assert!(answer.took < wait + SLACK, "{case}: {:?}", answer.took);
        let has_cookie = visitor.cookie(app.cookie_name()).is_some();
        assert_eq!(has_cookie, row.after.is_some(), "{case}");
        if row.before.is_some() && row.before == row.after {
            assert!(
                answer.set_cookies().is_empty(),
                "{case}: something was saved"
            );
        }
        let after = visitor.get("/t/get/wait").await.text;
        assert_eq!(
            after,
            row.after.map_or("none".into(), |n| n.to_string()),
            "{case}"
        );
    }
}

/// Raises the counter without waiting for it.
async fn set_wait(app: &TestApp, visitor: &Visitor, wait: u64) {
    visitor.has_enough().await.expect(200);
    for _ in 0..wait {
        visitor.get("/t/add/wait").await.expect(200);
    }
    assert!(visitor.cookie(app.cookie_name()).is_some());
}

async fn both_addresses_are_the_same_page(app: TestApp) {
    let visitor = app.visitor();
    assert_eq!(visitor.get("/0340").await.seconds(), 0);
    assert_eq!(visitor.get("/").await.seconds(), 1);
    let answer = visitor.get("/0340?haveEnough=1").await;
    assert_eq!(answer.seconds(), 0);
    for part in [
        "<h1>Got you sweating?</h1>",
        "The next refresh will wait 0 seconds",
        r#"<a href="?haveEnough=1">I have enough!</a>"#,
        r#"href="/">I can wait longer.</a>"#,
    ] {
        assert!(answer.text.contains(part), "{part} in {}", answer.text);
    }
}

async fn odd_parameters_never_give_an_error(app: TestApp) {
    let long = format!("/?{}", "haveEnough=0&".repeat(500));
    for path in [
        "/?",
        "/?&&=&=",
        "/?%",
        "/?haveEnough=%ff%00",
        "/?haveEnough[]=1&[",
        &long,
    ] {
        app.visitor().get(path).await.expect(200);
    }
}

async fn fifty_one_overlapping_refreshes_count_fifty_one(app: TestApp) {
    let visitor = app.visitor();
    set_wait(&app, &visitor, 1).await;
    let mut refreshes = tokio::task::JoinSet::new();
    for _ in 0..51 {
        let tab = visitor.another_tab();
        refreshes.spawn(async move { tab.refresh().await.expect(200).seconds() });
    }
    let mut shown = refreshes.join_all().await;
    shown.sort_unstable();
    assert_eq!(shown, (2..=52).collect::<Vec<_>>());
    assert_eq!(visitor.get("/t/get/wait").await.text, "52");
}

async fn a_reset_during_the_wait_gives_one(app: TestApp) {
    let visitor = app.visitor();
    set_wait(&app, &visitor, 3).await;
    let slow = asleep(&app, &visitor).await;
    let reset = visitor.has_enough().await;
    assert_eq!(reset.seconds(), 0);
    assert!(reset.took < Duration::from_secs(3), "the reset waited");
    let slow = slow.await.unwrap();
    assert!(
        slow.took >= Duration::from_secs(3),
        "it came after the reset"
    );
    assert_eq!(slow.seconds(), 1);
}

async fn a_logout_during_the_wait_stays_a_logout(app: TestApp) {
    let visitor = app.visitor();
    set_wait(&app, &visitor, 3).await;
    let slow = asleep(&app, &visitor).await;
    let logout = visitor.get("/t/logout").await;
    assert!(logout.took < Duration::from_secs(3), "the logout waited");
    let slow = slow.await.unwrap();
    assert!(
        slow.took >= Duration::from_secs(3),
        "it came after the logout"
    );
    assert_eq!(slow.seconds(), 0);
    assert!(slow.set_cookies().is_empty());
    assert_eq!(visitor.cookie(app.cookie_name()), None);
}

/// A refresh that has come, has looked at its session, and sleeps.
async fn asleep(app: &TestApp, visitor: &Visitor) -> JoinHandle<Answer> {
    let tab = visitor.another_tab();
    let slow = tokio::spawn(async move { tab.refresh().await });
    eventually("the refresh has come", SLACK, async || {
        app.sessions.in_flight() == 1
    })
    .await;
    // By the end of another whole round trip it has read what it found.
    visitor.get("/t/get/wait").await.expect(200);
    slow
}

async fn whoever_leaves_during_the_wait_is_not_counted(app: TestApp) {
    let visitor = app.visitor();
    set_wait(&app, &visitor, 20).await;
    let slow = asleep(&app, &visitor).await;
    slow.abort();
    assert!(slow.await.unwrap_err().is_cancelled());
    // Long before the wait would have been over.
    eventually("everything is freed", Duration::from_secs(10), async || {
        app.sessions.in_flight() == 0
    })
    .await;
    assert_eq!(visitor.get("/t/get/wait").await.text, "20");
}

async fn head_neither_waits_nor_counts(app: TestApp) {
    let visitor = app.visitor();
    set_wait(&app, &visitor, 9).await;
    let answer = visitor.request(Method::HEAD, "/", &[]).await.expect(200);
    assert!(answer.took < Duration::from_secs(9), "{:?}", answer.took);
    assert_eq!(answer.text, "");
    visitor
        .request(Method::HEAD, "/?haveEnough=1", &[])
        .await
        .expect(200);
    assert_eq!(visitor.get("/t/get/wait").await.text, "9");
    let newcomer = app.visitor();
    newcomer
        .request(Method::HEAD, "/?haveEnough=1", &[])
        .await
        .expect(200);
    assert_eq!(newcomer.cookies(), Vec::<String>::new());
}

#[tokio::test]
async fn the_wait_is_capped_and_the_count_goes_on() {
    let folder = Folder::new();
    let port = free_port();
    folder.write(".port", &port.to_string(), 0o644);
    let copy = folder
        .serve_on(port, &["--bind", "127.0.0.1", "--max-wait", "1"])
        .await;
    let visitor = copy.visitor();
    while visitor.refresh().await.seconds() < 3 {}
    let answer = visitor.refresh().await;
    assert_eq!(answer.seconds(), 4);
    assert!(answer.took < Duration::from_secs(3), "{:?}", answer.took);
    assert!(
        answer
            .text
            .contains("no refresh waits longer than 1 seconds"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn the_sixty_fifth_wait_of_one_session_is_refused_until_somebody_leaves() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    set_wait(&app, &visitor, 40).await;
    let mut asleep = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let tab = visitor.another_tab();
        asleep.spawn(async move { tab.refresh().await });
    }
    let soon = Duration::from_secs(15);
    eventually("all sleep", soon, async || app.sessions.waiting() == 64).await;
    let refused = visitor.refresh().await.expect(429);
    assert!(refused.headers.contains_key("retry-after"));
    assert!(
        refused.text.contains("64 requests of your session"),
        "{}",
        refused.text
    );
    // All else goes on: what does not wait, and everybody else.
    assert_eq!(visitor.has_enough().await.seconds(), 0);
    let other = app.visitor();
    set_wait(&app, &other, 1).await;
    assert_eq!(other.refresh().await.seconds(), 2);

    asleep.abort_all();
    eventually("all have left", SLACK, async || app.sessions.waiting() == 0).await;
    assert_eq!(visitor.refresh().await.seconds(), 1);
}
