//! The rules that every store keeps (S1 to S16 of the design), each seen from outside.

use crate::support::{Answer, TestApp, Visitor, eventually, on_every_store};
use reqwest::Method;
use std::time::Duration;
use sweatbox::sessions::{ABSOLUTE, IDLE, stores::StoredSession};
use tower_sessions::session::Id;

on_every_store! {
    nothing_is_stored_and_no_cookie_set_until_something_is_written
    the_first_write_sets_one_cookie_with_all_attributes
    an_unknown_id_is_a_visitor_without_a_session
    tampered_truncated_and_foreign_cookies_start_a_new_session
    an_id_with_flipped_case_finds_nobody_s_session
    fifty_one_increments_at_once_end_at_fifty_one
    fifty_writers_of_different_keys_keep_fifty
    a_change_that_holds_the_lock_is_finished_although_the_visitor_left
    a_slow_request_does_not_bring_an_ended_session_back
    a_slow_request_does_not_overwrite_the_cookie_of_a_changed_id
    an_error_after_an_id_change_leaves_the_session_as_it_was
    an_error_after_a_logout_leaves_the_session_as_it_was
    a_panic_leaves_the_session_as_it_was
    a_logout_sends_a_removal_with_all_attributes
    a_changed_privilege_changes_the_id_and_the_old_one_is_dead
    a_session_that_begins_in_a_logout_has_a_new_id
    an_hour_without_a_request_ends_a_session
    reading_extends_a_session_once_a_minute_and_not_beyond_twelve_hours
    session_data_of_70_kb_is_refused_and_the_old_state_intact
    a_session_does_not_expire_while_its_page_waits
    a_session_that_expires_during_its_request_stays_expired
    a_slow_read_does_not_set_the_cookie_of_an_ended_session
    an_unreadable_record_is_nobody_s_session
    expired_sessions_are_purged_and_live_ones_stay
    posts_from_another_origin_are_refused
    a_foreign_image_gets_no_session_and_changes_nothing
    a_hundred_and_eighty_other_cookies_do_no_harm
}

/// A visitor who has written `a` = `1`.
async fn with_session(app: &TestApp) -> Visitor {
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor
}

/// What the session of `visitor` holds at `key`.
async fn value(visitor: &Visitor, key: &str) -> String {
    visitor.get(&format!("/t/get/{key}")).await.expect(200).text
}

/// The id in the visitor's cookie: the part behind the signature.
fn id_of(app: &TestApp, visitor: &Visitor) -> Id {
    let cookie = visitor.cookie(app.cookie_name()).expect("a session cookie");
    cookie[cookie.len() - 22..].parse().unwrap()
}

/// How many sessions there are, counted by removing them all.
async fn count_sessions(app: &TestApp) -> u64 {
    let end_of_time = app.clock.now() + time::Duration::days(10_000);
    app.store().purge(end_of_time, 100_000).await.unwrap()
}

async fn nothing_is_stored_and_no_cookie_set_until_something_is_written(app: TestApp) {
    for path in [
        "/t/get/a",
        "/?haveEnough=0",
        "/t/logout",
        "/nowhere",
        "/healthz",
    ] {
        let answer = app.visitor().get(path).await;
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    let head = app.visitor().request(Method::HEAD, "/", &[]).await;
    assert!(head.set_cookies().is_empty());
    assert_eq!(count_sessions(&app).await, 0);
}

async fn the_first_write_sets_one_cookie_with_all_attributes(app: TestApp) {
    let answer = app.visitor().get("/t/set/a/1").await.expect(200);
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let mut attributes: Vec<_> = cookies[0].split("; ").collect();
    assert!(attributes.remove(0).starts_with("s41220Cookie="));
    attributes.sort_unstable();
    let expected = [
        "HttpOnly",
        "Max-Age=3600",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    ];
    assert_eq!(attributes, expected);
    assert_eq!(count_sessions(&app).await, 1);
}

async fn an_unknown_id_is_a_visitor_without_a_session(app: TestApp) {
    let visitor = with_session(&app).await;
    let known = id_of(&app, &visitor);
    app.store().delete(&known).await.unwrap();
    assert_eq!(value(&visitor, "a").await, "none");
    // The signature is good, the id is not adopted all the same.
    visitor.get("/t/set/a/2").await.expect(200);
    assert_ne!(id_of(&app, &visitor), known);
}

async fn tampered_truncated_and_foreign_cookies_start_a_new_session(app: TestApp) {
    let owner = with_session(&app).await;
    let good = owner.cookie(app.cookie_name()).unwrap();
    let mut tampered = good.clone();
    tampered.replace_range(3..4, if &good[3..4] == "x" { "y" } else { "x" });
    let (signature, id) = good.split_at(good.len() - 22);
    let other_id = Id::default().to_string();
    for bad in [
        tampered.as_str(),
        &good[..good.len() - 1],
        signature,
        id,
        &format!("{signature}{other_id}"),
        "",
        "%00%ff",
        &"A".repeat(4000),
    ] {
        let visitor = app.visitor();
        visitor.plant(app.cookie_name(), bad);
        assert_eq!(value(&visitor, "a").await, "none", "{bad}");
        let answer = visitor.get("/t/set/a/2").await.expect(200);
        assert_eq!(answer.set_cookies().len(), 1, "{bad}");
        assert_ne!(id_of(&app, &visitor).to_string(), other_id);
    }
    assert_eq!(value(&owner, "a").await, "\"1\"");
}

async fn an_id_with_flipped_case_finds_nobody_s_session(app: TestApp) {
    // Below the signature, where MariaDB's usual collations would take `a` for `A`.
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let flip = |c: char| match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    };
    let flipped: String = id.to_string().chars().map(flip).collect();
    // The last character has four spare bits; when flipped it may be no id at all.
    let flipped = format!("{}{}", &flipped[..21], &id.to_string()[21..]);
    let flipped: Id = flipped.parse().unwrap();
    assert_ne!(flipped, id);
    let store = app.store();
    assert!(store.load(&id).await.unwrap().is_some());
    assert_eq!(store.load(&flipped).await.unwrap(), None);
    let gone = store.touch(&flipped, app.clock.now()).await.unwrap();
    assert!(!gone, "another case touched the session");
}

async fn fifty_one_increments_at_once_end_at_fifty_one(app: TestApp) {
    let visitor = with_session(&app).await;
    let answers = at_once(51, |_| ("/t/add/n".into(), visitor.another_tab())).await;
    let mut sums: Vec<u64> = answers
        .iter()
        .map(|answer| answer.text.parse().unwrap())
        .collect();
    sums.sort_unstable();
    assert_eq!(sums, (1..=51).collect::<Vec<_>>());
    assert_eq!(value(&visitor, "n").await, "51");
}

async fn fifty_writers_of_different_keys_keep_fifty(app: TestApp) {
    let visitor = with_session(&app).await;
    at_once(50, |i| (format!("/t/set/k{i}/{i}"), visitor.another_tab())).await;
    for i in 0..50 {
        assert_eq!(value(&visitor, &format!("k{i}")).await, format!("\"{i}\""));
    }
}

/// Sends `count` requests at the same time; all must be answered by 200.
async fn at_once(count: usize, request: impl Fn(usize) -> (String, Visitor)) -> Vec<Answer> {
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..count {
        let (path, visitor) = request(i);
        tasks.spawn(async move { visitor.get(&path).await.expect(200) });
    }
    tasks.join_all().await
}

async fn a_change_that_holds_the_lock_is_finished_although_the_visitor_left(app: TestApp) {
    let visitor = with_session(&app).await;
    let tab = visitor.another_tab();
    let leaving = tokio::spawn(async move { tab.get("/t/add-after-locking/n").await });
    app.gate.wait_for_arrival().await;
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled());
    eventually(
        "the copy has noticed",
        Duration::from_secs(10),
        async || app.sessions.orphans() == 1,
    )
    .await;
    // A second change has to wait for the first one's lock, so it sees what that one wrote.
    let tab = visitor.another_tab();
    let second = tokio::spawn(async move { tab.get("/t/add/n").await });
    app.gate.let_one_pass();
    assert_eq!(second.await.unwrap().expect(200).text, "2");
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
    assert_eq!(count_sessions(&app).await, 0);
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
    assert_eq!(count_sessions(&app).await, 1);
}

async fn an_error_after_an_id_change_leaves_the_session_as_it_was(app: TestApp) {
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let answer = visitor.get("/t/login-and-fail").await.expect(500);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(id_of(&app, &visitor), id);
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    assert_eq!(value(&visitor, "user").await, "none");
    assert_eq!(count_sessions(&app).await, 1);
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

async fn a_logout_sends_a_removal_with_all_attributes(app: TestApp) {
    let visitor = with_session(&app).await;
    let answer = visitor.get("/t/logout").await.expect(200);
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    for part in [
        "s41220Cookie=;",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=0",
    ] {
        assert!(cookies[0].contains(part), "{part} in {}", cookies[0]);
    }
    assert_eq!(visitor.cookie(app.cookie_name()), None);
    assert_eq!(count_sessions(&app).await, 0);
}

async fn a_changed_privilege_changes_the_id_and_the_old_one_is_dead(app: TestApp) {
    let visitor = with_session(&app).await;
    let old = visitor.cookie(app.cookie_name()).unwrap();
    visitor.get("/t/login").await.expect(200);
    assert_ne!(visitor.cookie(app.cookie_name()).unwrap(), old);
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    assert_eq!(value(&visitor, "user").await, "\"ann\"");
    let thief = app.visitor();
    thief.plant(app.cookie_name(), &old);
    assert_eq!(value(&thief, "user").await, "none");
    assert_eq!(count_sessions(&app).await, 1);
}

async fn a_session_that_begins_in_a_logout_has_a_new_id(app: TestApp) {
    let visitor = with_session(&app).await;
    let old = id_of(&app, &visitor);
    visitor.get("/t/logout-and-start-again").await.expect(200);
    assert_ne!(id_of(&app, &visitor), old);
    assert_eq!(value(&visitor, "a").await, "none");
    assert_eq!(value(&visitor, "fresh").await, r#"{"yes":true}"#);
    assert_eq!(app.store().load(&old).await.unwrap(), None);
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

async fn session_data_of_70_kb_is_refused_and_the_old_state_intact(app: TestApp) {
    let visitor = with_session(&app).await;
    let accept = [("accept", "text/html")];
    let answer = visitor.request(Method::GET, "/t/fill/70000", &accept).await;
    let answer = answer.expect(413);
    assert!(
        answer.text.contains("Too much for one session"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("the limit is 65536"),
        "{}",
        answer.text
    );
    assert!(answer.set_cookies().is_empty());
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    assert_eq!(value(&visitor, "filling").await, "none");
    // Just below the limit there is room, beyond the 64 KB of a plain BLOB's usual neighbours.
    visitor.get("/t/fill/65400").await.expect(200);
    assert_eq!(value(&visitor, "filling").await.len(), 65402);
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
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let tab = visitor.another_tab();
    let slow = tokio::spawn(async move { tab.get("/t/add-slowly/n").await });
    app.gate.wait_for_arrival().await;
    app.clock.advance(IDLE + time::Duration::SECOND);
    app.gate.let_one_pass();
    let slow = slow.await.unwrap().expect(200);
    assert_eq!(slow.text, "ended");
    assert!(slow.set_cookies().is_empty(), "{:?}", slow.set_cookies());
    let left = app.store().load(&id).await.unwrap();
    assert!(
        left.is_none_or(|left| left.expiry < app.clock.now()),
        "it was revived"
    );
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

async fn an_unreadable_record_is_nobody_s_session(app: TestApp) {
    let visitor = with_session(&app).await;
    let id = id_of(&app, &visitor);
    let torn = StoredSession {
        data: b"\xff\x00{\"crea".to_vec(),
        expiry: app.clock.now() + IDLE,
    };
    assert!(app.store().save(&id, &torn).await.unwrap());
    assert_eq!(value(&visitor, "a").await, "none");
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(value(&visitor, "a").await, "\"2\"");
}

async fn expired_sessions_are_purged_and_live_ones_stay(app: TestApp) {
    let store = app.store();
    let expired = StoredSession {
        data: b"{}".to_vec(),
        expiry: app.clock.now() - time::Duration::SECOND,
    };
    for _ in 0..1203 {
        assert!(store.create(&Id::default(), &expired).await.unwrap());
    }
    let visitor = with_session(&app).await;
    // More than two batches.
    assert_eq!(app.sessions.purge().await, 1203);
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    assert_eq!(count_sessions(&app).await, 1);
}

async fn posts_from_another_origin_are_refused(app: TestApp) {
    let visitor = with_session(&app).await;
    let post = async |headers: &[(&str, &str)]| {
        let answer = visitor.request(Method::POST, "/t/post", headers).await;
        answer.status.as_u16()
    };
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(post(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(post(&[("sec-fetch-site", "cross-site")]).await, 403);
    let own = format!("https://localhost:{}", app.port);
    assert_eq!(post(&[("origin", &own)]).await, 200);
    assert_eq!(post(&[("origin", "https://localhost:41221")]).await, 403);
    assert_eq!(post(&[("origin", "null")]).await, 403);
    assert_eq!(post(&[]).await, 200);
    // Whatever the address, and whether it takes a POST or not.
    for path in ["/", "/nowhere", "/healthz"] {
        let foreign = [("sec-fetch-site", "same-site")];
        visitor
            .request(Method::POST, path, &foreign)
            .await
            .expect(403);
    }
}

async fn a_foreign_image_gets_no_session_and_changes_nothing(app: TestApp) {
    let visitor = app.visitor();
    assert_eq!(visitor.refresh().await.seconds(), 0);
    let image = [
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", "image"),
    ];
    for path in ["/", "/?haveEnough=1", "/t/set/a/foreign", "/t/logout"] {
        let answer = visitor.request(Method::GET, path, &image).await.expect(200);
        assert!(answer.set_cookies().is_empty(), "{path}");
        assert!(answer.took < Duration::from_secs(5), "{path} waited");
    }
    assert_eq!(value(&visitor, "wait").await, "0");
    assert_eq!(value(&visitor, "a").await, "none");
    let link = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let answer = visitor.request(Method::GET, "/", &link).await;
    assert_eq!(answer.seconds(), 1, "a followed link is the visitor's own");
}

async fn a_hundred_and_eighty_other_cookies_do_no_harm(app: TestApp) {
    for visitor in [app.visitor(), Visitor::over_http1(app.port)] {
        for port in 30_000..30_180 {
            visitor.plant(&format!("s{port}Cookie"), &"v".repeat(66));
        }
        visitor.get("/t/set/a/1").await.expect(200);
        assert_eq!(visitor.cookies().len(), 181);
        assert_eq!(value(&visitor, "a").await, "\"1\"");
        // Another port's page may have planted anything.
        visitor.plant("odd", "\u{e4}\u{20ac}");
        assert_eq!(value(&visitor, "a").await, "\"1\"");
    }
}
