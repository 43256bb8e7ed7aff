//! An hour of silence, twelve hours in all, and the purge behind it (S8, S10).

use super::{expect_sessions, id_of, value, with_session};
use crate::support::{TestApp, on_every_store};
use sweatbox::sessions::{ABSOLUTE, IDLE, stores::StoredSession};
use tower_sessions::session::Id;

on_every_store! {
    an_hour_without_a_request_ends_a_session
    a_session_does_not_expire_while_its_page_waits
    a_session_that_expires_during_its_request_stays_expired
    ; but not in a cookie:
    reading_extends_a_session_once_a_minute_and_not_beyond_twelve_hours
    expired_sessions_are_purged_and_live_ones_stay
}

async fn an_hour_without_a_request_ends_a_session(app: TestApp) {
    let visitor = with_session(&app).await;
    app.clock.advance(IDLE - time::Duration::SECOND);
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    app.clock.advance(IDLE);
    assert_eq!(value(&visitor, "a").await, "none");
}

async fn reading_extends_a_session_once_a_minute_and_not_beyond_twelve_hours(app: TestApp) {
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let start = app.clock.now();
    let before = app.store().load(&id).await.unwrap().unwrap();

    app.clock.advance(time::Duration::seconds(59));
    let answer = visitor.get("/t/get/a").await.expect(200);
    assert!(answer.set_cookies().is_empty(), "extended too early");

    app.clock.advance(time::Duration::SECOND);
    let answer = visitor.get("/t/get/a").await.expect(200);
    assert!(answer.set_cookies()[0].contains("Max-Age=3600"));
    let after = app.store().load(&id).await.unwrap().unwrap();
    assert_eq!(after.data, before.data, "the data was rewritten");
    assert_eq!(after.expiry - before.expiry, time::Duration::MINUTE);

    let end = start + ABSOLUTE;
    while app.clock.now() < end - time::Duration::minutes(50) {
        app.clock.advance(time::Duration::minutes(50));
        assert_eq!(value(&visitor, "a").await, "\"1\"");
    }
    let left = end - app.clock.now();
    let answer = visitor.get("/t/set/b/1").await.expect(200);
    let max_age = answer.set_cookies()[0].split("Max-Age=").nth(1).unwrap();
    let max_age: i64 = max_age.split(';').next().unwrap().parse().unwrap();
    // What began within a second counts from its start.
    assert!(
        (left.whole_seconds() - max_age).abs() <= 1,
        "{left} and {max_age}"
    );
    app.clock.advance(left);
    assert_eq!(value(&visitor, "a").await, "none");
}

async fn a_session_does_not_expire_while_its_page_waits(app: TestApp) {
    let visitor = with_session(&app).await;
    app.clock.advance(IDLE - time::Duration::SECOND);
    let tab = visitor.another_tab();
    let slow = tokio::spawn(async move { tab.get("/t/add-slowly/n").await });
    app.gate.wait_for_arrival().await;
    // Its coming was a use, so the old end passes by.
    app.clock.advance(time::Duration::minutes(5));
    app.gate.let_one_pass();
    assert_eq!(slow.await.unwrap().expect(200).text, "1");
    assert_eq!(value(&visitor, "a").await, "\"1\"");
}

async fn a_session_that_expires_during_its_request_stays_expired(app: TestApp) {
    for (path, text) in [("/t/add-slowly/n", "ended"), ("/t/read-slowly/a", "\"1\"")] {
        let visitor = with_session(&app).await;
        let id = id_of(&app, &visitor);
        // So that its coming extends the session, and the cookie would have to follow.
        app.clock.advance(time::Duration::minutes(2));
        let tab = visitor.another_tab();
        let slow = tokio::spawn(async move { tab.get(path).await });
        app.gate.wait_for_arrival().await;
        app.clock.advance(IDLE + time::Duration::SECOND);
        app.gate.let_one_pass();
        let slow = slow.await.unwrap().expect(200);
        assert_eq!(slow.text, text);
        assert!(slow.set_cookies().is_empty(), "{:?}", slow.set_cookies());
        let left = app.store().load(&id).await.unwrap();
        let revived = left.is_some_and(|left| left.expiry > app.clock.now());
        assert!(!revived, "{path} revived it");
    }
}

async fn expired_sessions_are_purged_and_live_ones_stay(app: TestApp) {
    let store = app.store();
    let expiry = app.clock.now() - time::Duration::MINUTE;
    let expired = StoredSession::new(b"{}".to_vec(), expiry);
    for _ in 0..1203 {
        assert!(store.create(&Id::default(), &expired).await.unwrap());
    }
    let visitor = with_session(&app).await;
    // More than two batches.
    let purged = app.sessions.purge().await.unwrap();
    assert_eq!(purged, if app.purges_itself() { 0 } else { 1203 });
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    expect_sessions(&app, 1).await;
}
