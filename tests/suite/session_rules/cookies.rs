//! What a visitor's cookie is worth, and what ours looks like (S1, S2, S6, S7, S16).

use super::{expect_sessions, id_of, value, with_session};
use crate::support::{TestApp, Visitor, on_every_store};
use reqwest::Method;
use tower_sessions::session::Id;

on_every_store! {
    nothing_is_stored_and_no_cookie_set_until_something_is_written
    the_first_write_sets_one_cookie_with_all_attributes
    tampered_truncated_and_foreign_cookies_start_a_new_session
    a_logout_sends_a_removal_with_all_attributes
    a_session_that_begins_in_a_logout_has_a_new_id
    a_hundred_and_eighty_other_cookies_do_no_harm
    ; but not in a cookie:
    an_unknown_id_is_a_visitor_without_a_session
    an_id_with_flipped_case_finds_nobody_s_session
    a_changed_privilege_changes_the_id_and_the_old_one_is_dead
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
    expect_sessions(&app, 0).await;
}

async fn the_first_write_sets_one_cookie_with_all_attributes(app: TestApp) {
    let answer = app.visitor().get("/t/set/a/1").await.expect(200);
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let mut attributes: Vec<_> = cookies[0].split("; ").collect();
    let start = format!("{}=", app.cookie_name());
    assert!(attributes.remove(0).starts_with(&start));
    attributes.sort_unstable();
    let expected = [
        "HttpOnly",
        "Max-Age=3600",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    ];
    assert_eq!(attributes, expected);
    expect_sessions(&app, 1).await;
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

async fn a_logout_sends_a_removal_with_all_attributes(app: TestApp) {
    let visitor = with_session(&app).await;
    let answer = visitor.get("/t/logout").await.expect(200);
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    for part in [
        &format!("{}=;", app.cookie_name()),
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=0",
    ] {
        assert!(cookies[0].contains(part), "{part} in {}", cookies[0]);
    }
    assert_eq!(visitor.cookie(app.cookie_name()), None);
    expect_sessions(&app, 0).await;
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
    expect_sessions(&app, 1).await;
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
