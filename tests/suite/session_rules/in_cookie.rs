//! What the store `cookie` cannot promise, by name, and what it promises instead.
//!
//! Nothing is kept on the server, so it cannot know of a newer cookie than the one it is shown.

use super::{id_of, value, with_session};
use crate::support::TestApp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use sweatbox::{
    config::{CookieForm, StoreSetup},
    sessions::IDLE,
};

async fn app(form: CookieForm) -> TestApp {
    TestApp::on(StoreSetup::Cookie(form)).await
}

/// Instead of `fifty_one_increments_at_once_end_at_fifty_one`.
#[tokio::test]
async fn of_two_changes_at_once_one_is_lost() {
    let app = app(CookieForm::Signed).await;
    let visitor = with_session(&app).await;
    let slow = [visitor.another_tab(), visitor.another_tab()]
        .map(|tab| tokio::spawn(async move { tab.get("/t/add-slowly/n").await }));
    for _ in 0..2 {
        app.gate.wait_for_arrival().await;
    }
    (0..2).for_each(|_| app.gate.let_one_pass());
    for answer in slow {
        assert_eq!(answer.await.unwrap().expect(200).text, "1");
    }
    assert_eq!(value(&visitor, "n").await, "1");
}

/// Instead of `a_slow_request_does_not_bring_an_ended_session_back` and of the old id that is
/// dead after a change of privilege.
#[tokio::test]
async fn a_copied_cookie_outlives_the_logout_but_not_its_hour() {
    let app = app(CookieForm::Signed).await;
    let visitor = with_session(&app).await;
    let copied = visitor.cookie(app.cookie_name()).unwrap();
    visitor.get("/t/logout").await.expect(200);
    assert_eq!(value(&visitor, "a").await, "none");
    let thief = app.visitor();
    thief.plant(app.cookie_name(), &copied);
    assert_eq!(value(&thief, "a").await, "\"1\"");
    app.clock.advance(IDLE);
    let late = app.visitor();
    late.plant(app.cookie_name(), &copied);
    assert_eq!(value(&late, "a").await, "none");
}

#[tokio::test]
async fn an_older_cookie_brings_the_older_state_back() {
    let app = app(CookieForm::Signed).await;
    let visitor = with_session(&app).await;
    let older = visitor.cookie(app.cookie_name()).unwrap();
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(value(&visitor, "a").await, "\"2\"");
    visitor.plant(app.cookie_name(), &older);
    assert_eq!(value(&visitor, "a").await, "\"1\"");
}

/// Instead of `session_data_of_70_kb_is_refused_and_the_old_state_intact`.
#[tokio::test]
async fn a_cookie_over_4096_bytes_is_refused_and_the_old_state_intact() {
    for (form, room) in [(CookieForm::Signed, 2900), (CookieForm::Encrypted, 2100)] {
        let app = app(form).await;
        let visitor = with_session(&app).await;
        let accept = [("accept", "text/html")];
        let answer = visitor.request(Method::GET, "/t/fill/3100", &accept).await;
        let answer = answer.expect(413);
        assert!(answer.text.contains("the limit is 4096"), "{}", answer.text);
        assert!(answer.set_cookies().is_empty());
        assert_eq!(value(&visitor, "a").await, "\"1\"");
        visitor.get(&format!("/t/fill/{room}")).await.expect(200);
        assert_eq!(value(&visitor, "filling").await.len(), room + 2);
        let length = visitor.cookies()[0].len();
        assert!(length > 3800 && length <= 4096, "{length}");
    }
}

/// Instead of `reading_extends_a_session_once_a_minute_and_not_beyond_twelve_hours`.
#[tokio::test]
async fn reading_extends_the_cookie_once_a_minute() {
    let app = app(CookieForm::Signed).await;
    let visitor = with_session(&app).await;
    app.clock.advance(time::Duration::seconds(59));
    let answer = visitor.get("/t/get/a").await.expect(200);
    assert!(answer.set_cookies().is_empty());
    app.clock.advance(time::Duration::SECOND);
    let answer = visitor.get("/t/get/a").await.expect(200);
    assert!(answer.set_cookies()[0].contains("Max-Age=3600"));
    for _ in 0..13 {
        app.clock.advance(time::Duration::minutes(50));
        visitor.get("/t/get/a").await.expect(200);
    }
    // Each time within the hour, but twelve hours are the end.
    app.clock.advance(time::Duration::minutes(80));
    assert_eq!(value(&visitor, "a").await, "none");
}

#[tokio::test]
async fn a_signed_session_can_be_read_by_its_visitor_and_an_encrypted_one_cannot() {
    let signed = app(CookieForm::Signed).await;
    let visitor = with_session(&signed).await;
    let cookie = visitor.cookie(signed.cookie_name()).unwrap();
    let data = cookie.rsplit('.').next().unwrap();
    let data = String::from_utf8(URL_SAFE_NO_PAD.decode(data).unwrap()).unwrap();
    assert!(data.ends_with(r#""data":{"a":"1"}}"#), "{data}");

    let encrypted = app(CookieForm::Encrypted).await;
    let visitor = with_session(&encrypted).await;
    let cookie = visitor.cookie(encrypted.cookie_name()).unwrap();
    assert!(!cookie.contains('.'), "{cookie}");
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    // Signed by the same key, but of the other form.
    let stranger = encrypted.visitor();
    let name = encrypted.cookie_name();
    stranger.plant(name, &with_session(&signed).await.cookie(name).unwrap());
    assert_eq!(value(&stranger, "a").await, "none");
}

/// What holds all the same: only what we have signed counts, and ids are ours.
#[tokio::test]
async fn a_login_still_changes_the_id() {
    let app = app(CookieForm::Signed).await;
    let visitor = with_session(&app).await;
    let before = id_of(&app, &visitor);
    visitor.get("/t/login").await.expect(200);
    assert_ne!(id_of(&app, &visitor), before);
    assert_eq!(value(&visitor, "user").await, "\"ann\"");
}
