//! What has ended stays ended, and what has failed has changed nothing (S4, S5).

use super::{expect_sessions, id_of, value, with_session};
use crate::support::{TestApp, eventually, on_every_store};
use std::{sync::atomic::Ordering, time::Duration};
use sweatbox::sessions::{IDLE, stores::StoredSession};

on_every_store! {
    an_error_after_an_id_change_leaves_the_session_as_it_was
    an_error_after_a_logout_leaves_the_session_as_it_was
    a_panic_leaves_the_session_as_it_was
    ; but not in a cookie:
    a_slow_request_does_not_bring_an_ended_session_back
    a_slow_request_does_not_overwrite_the_cookie_of_a_changed_id
    a_slow_read_does_not_set_the_cookie_of_an_ended_session
    an_exchanged_id_is_dead_even_while_its_record_cannot_be_removed
    an_unreadable_record_is_nobody_s_session
}

async fn a_slow_request_does_not_bring_an_ended_session_back(app: TestApp) {
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let tab = visitor.another_tab();
    let slow = tokio::spawn(async move { tab.get("/t/add-slowly/n").await });
    app.gate.wait_for_arrival().await;
    visitor.get("/t/logout").await.expect(200);
    app.gate.let_one_pass();
    let slow = slow.await.unwrap().expect(200);
    assert_eq!(slow.text, "ended");
    assert!(slow.set_cookies().is_empty(), "{:?}", slow.set_cookies());
    assert_eq!(app.store().load(&id).await.unwrap(), None);
    expect_sessions(&app, 0).await;
}

async fn a_slow_request_does_not_overwrite_the_cookie_of_a_changed_id(app: TestApp) {
    let visitor = with_session(&app).await;
    let tab = visitor.another_tab();
    let slow = tokio::spawn(async move { tab.get("/t/add-slowly/n").await });
    app.gate.wait_for_arrival().await;
    visitor.get("/t/login").await.expect(200);
    app.gate.let_one_pass();
    assert!(slow.await.unwrap().expect(200).set_cookies().is_empty());
    assert_eq!(value(&visitor, "user").await, "\"ann\"");
    assert_eq!(value(&visitor, "n").await, "none");
    expect_sessions(&app, 1).await;
}

async fn a_slow_read_does_not_set_the_cookie_of_an_ended_session(app: TestApp) {
    let visitor = with_session(&app).await;
    app.clock.advance(time::Duration::minutes(2));
    let tab = visitor.another_tab();
    let slow = tokio::spawn(async move { tab.get("/t/read-slowly/a").await });
    app.gate.wait_for_arrival().await;
    visitor.get("/t/login").await.expect(200);
    app.gate.let_one_pass();
    let slow = slow.await.unwrap().expect(200);
    assert!(slow.set_cookies().is_empty(), "{:?}", slow.set_cookies());
    assert_eq!(value(&visitor, "user").await, "\"ann\"");
}

async fn an_error_after_an_id_change_leaves_the_session_as_it_was(app: TestApp) {
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let answer = visitor.get("/t/login-and-fail").await.expect(500);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(id_of(&app, &visitor), id);
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    assert_eq!(value(&visitor, "user").await, "none");
    expect_sessions(&app, 1).await;
}

async fn an_error_after_a_logout_leaves_the_session_as_it_was(app: TestApp) {
    let visitor = with_session(&app).await;
    let answer = visitor.get("/t/logout-and-fail").await.expect(500);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    visitor.get("/t/add/n").await.expect(200);
}

async fn a_panic_leaves_the_session_as_it_was(app: TestApp) {
    let visitor = with_session(&app).await;
    let answer = visitor.get("/t/set-and-panic").await.expect(500);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    // The lock was released, too.
    visitor.get("/t/set/a/2").await.expect(200);
}

async fn an_exchanged_id_is_dead_even_while_its_record_cannot_be_removed(app: TestApp) {
    let visitor = with_session(&app).await;
    let (old, old_id) = (
        visitor.cookie(app.cookie_name()).unwrap(),
        id_of(&app, &visitor),
    );
    app.failing_deletes.store(true, Ordering::SeqCst);
    // The new record is safe, so the visitor gets its cookie.
    visitor.get("/t/login").await.expect(200);
    assert_eq!(value(&visitor, "user").await, "\"ann\"");
    assert!(app.store().load(&old_id).await.unwrap().is_some());
    let thief = app.visitor();
    thief.plant(app.cookie_name(), &old);
    assert_eq!(value(&thief, "a").await, "none");

    app.failing_deletes.store(false, Ordering::SeqCst);
    eventually(
        "the old record is removed",
        Duration::from_secs(10),
        async || app.store().load(&old_id).await.unwrap().is_none(),
    )
    .await;
    assert_eq!(value(&visitor, "user").await, "\"ann\"");
}

async fn an_unreadable_record_is_nobody_s_session(app: TestApp) {
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let store = app.store();
    let whole = store.load(&id).await.unwrap().unwrap();
    let torn = StoredSession::new(b"\xff\x00{\"crea".to_vec(), app.clock.now() + IDLE);
    assert!(store.save(&id, &torn, whole.version).await.unwrap());
    assert_eq!(value(&visitor, "a").await, "none");
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(value(&visitor, "a").await, "\"2\"");
}
