//! The X-ray: one's own requests taken apart, and nobody else's.

use crate::support::{Server, ServerKind, TestApp, Visitor, eventually, on_every_store};
use serde_json::Value;
use std::time::Duration;

on_every_store! {
    a_request_is_taken_apart
    one_viewer_never_sees_another_s_requests
    a_visitor_without_a_session_sees_the_present_request_alone
    no_id_is_shown_whole
}

async fn requests(visitor: &Visitor) -> Vec<Value> {
    let answer = visitor.get("/xray.json").await.expect(200);
    let mut answer: Value = serde_json::from_str(&answer.text).unwrap();
    let requests = answer["requests"].take();
    serde_json::from_value(requests).unwrap()
}

/// The kinds of a request's events, store calls by their operation.
fn kinds(request: &Value) -> Vec<&str> {
    let events = request["events"].as_array().unwrap().iter();
    events
        .map(|event| match event["event"].as_str().unwrap() {
            "store" => event["operation"].as_str().unwrap(),
            other => other,
        })
        .collect()
}

async fn a_request_is_taken_apart(app: TestApp) {
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor.get("/t/add/n").await.expect(200);
    let seen = requests(&visitor).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(seen[0]["method"], "GET");
    assert_eq!(seen[0]["path"], "/t/set/a/1");
    assert_eq!(seen[0]["status"], 200);
    assert_eq!(kinds(&seen[0]), ["create", "cookie_out"]);
    assert_eq!(seen[0]["before"], Value::Null);
    assert_eq!(seen[0]["after"]["a"], "1");

    assert_eq!(
        kinds(&seen[1]),
        ["cookie_in", "load", "lock", "load", "save", "cookie_out"]
    );
    assert_eq!(seen[1]["before"]["a"], "1");
    assert_eq!(seen[1]["before"]["n"], Value::Null);
    assert_eq!(seen[1]["after"]["n"], 1);
    let save = &seen[1]["events"][4];
    assert_eq!(save["store"], app.setup.kind().name());
    assert!(save["bytes"].as_u64().unwrap() > 20, "{save}");
    assert!(!save["statement"].as_str().unwrap().is_empty());
    assert_eq!(seen[1]["events"][0]["good"], true);
    let out = seen[1]["events"][5]["attributes"].as_str().unwrap();
    assert_eq!(out, "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600");
}

async fn one_viewer_never_sees_another_s_requests(app: TestApp) {
    let [ann, bob] = [app.visitor(), app.visitor()];
    ann.get("/t/set/a/annsecret").await.expect(200);
    bob.get("/t/set/b/bobsecret").await.expect(200);
    for (viewer, own, other) in [
        (&ann, "annsecret", "bobsecret"),
        (&bob, "bobsecret", "annsecret"),
    ] {
        for path in ["/xray", "/xray.json"] {
            let text = viewer.get(path).await.expect(200).text;
            assert!(text.contains(own), "{path}: {text}");
            assert!(!text.contains(other), "{path}: {text}");
        }
    }
    // A forged cookie: the id of another one behind one's own signature.
    let name = app.cookie_name();
    let [of_ann, of_bob] = [ann.cookie(name).unwrap(), bob.cookie(name).unwrap()];
    let thief = app.visitor();
    thief.plant(name, &format!("{}{}", &of_bob[..44], &of_ann[44..]));
    let text = thief.get("/xray.json").await.expect(200).text;
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("\"good\":false"), "{text}");
}

async fn a_visitor_without_a_session_sees_the_present_request_alone(app: TestApp) {
    app.visitor().get("/t/set/a/1").await.expect(200);
    let seen = requests(&app.visitor()).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["path"], "/xray.json");
    let page = app.visitor().get("/xray").await.expect(200);
    assert!(
        page.text.contains("You have no session here"),
        "{}",
        page.text
    );
    assert!(page.set_cookies().is_empty());
}

async fn no_id_is_shown_whole(app: TestApp) {
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor.get("/t/login").await.expect(200);
    let cookie = visitor.cookie(app.cookie_name()).unwrap();
    let id = &cookie[44..66];
    for path in ["/xray", "/xray.json", "/lessons/0340"] {
        let text = visitor.get(path).await.expect(200).text;
        assert!(text.contains(&format!("{}…", &id[..4])), "{path}: {text}");
        assert!(!text.contains(&id[..5]), "{path}: {text}");
        assert!(!text.contains(&cookie[..10]), "{path}: {text}");
    }
}

#[tokio::test]
async fn the_ring_follows_the_session_to_its_new_id() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let old = visitor.cookie(app.cookie_name()).unwrap();
    visitor.get("/t/login").await.expect(200);
    let seen = requests(&visitor).await;
    assert_eq!(seen.len(), 2, "the earlier request came along");
    assert_eq!(kinds(&seen[1])[..4], ["cookie_in", "load", "lock", "load"]);

    let thief = app.visitor();
    thief.plant(app.cookie_name(), &old);
    let seen = requests(&thief).await;
    assert_eq!(
        seen.len(),
        1,
        "the old id sees nothing but this request: {seen:?}"
    );
    assert_eq!(seen[0]["path"], "/xray.json");

    visitor.get("/t/logout").await.expect(200);
    assert_eq!(app.sessions.rings().size(), (0, 0));
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_load_that_came_along_with_a_lock_is_seen_under_it() {
    let server = Server::start(ServerKind::MariaDb).await;
    let [app, _other] = TestApp::replicas(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor.get("/t/add/n").await.expect(200);
    let seen = requests(&visitor).await;
    assert_eq!(
        kinds(&seen[1]),
        ["cookie_in", "load", "lock", "load", "save", "cookie_out"]
    );
    let [first, along] = [1, 3].map(|at| &seen[1]["events"][at]);
    for field in ["store", "statement", "bytes", "outcome"] {
        assert_eq!(first[field], along[field], "{first} and {along}");
    }
    assert_eq!(seen[1]["after"]["n"], 1);
}

#[tokio::test]
async fn the_sleep_is_seen_apart_from_the_work() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    for _ in 0..3 {
        visitor.refresh().await.expect(200);
    }
    let seen = requests(&visitor).await;
    let slept = seen[2]["slept_us"].as_u64().unwrap();
    let took = seen[2]["took_us"].as_u64().unwrap();
    assert!((1_000_000..=took).contains(&slept), "{slept} of {took}");
    let page = visitor.get("/xray").await.expect(200).text;
    assert!(page.contains("without the sleep: "), "{page}");
}

#[tokio::test]
async fn what_was_not_asked_of_the_store_is_not_said_to_be() {
    let app = TestApp::eased_on_sqlite().await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    // Loaded again under the lock, a moment after the first time.
    eventually("it is remembered", Duration::from_secs(10), async || {
        visitor.get("/t/add/n").await.expect(200);
        let again = loads(&visitor).await.remove(1);
        let statement = again["statement"].as_str().unwrap();
        assert_eq!(again["store"] == "recent", statement.contains("100 ms"));
        again["store"] == "recent"
    })
    .await;
    // As long as a person takes to click.
    tokio::time::sleep(Duration::from_millis(200)).await;
    visitor.get("/t/get/a").await.expect(200);
    let first = loads(&visitor).await.remove(0);
    assert_eq!(first["store"], "sqlite");
    let statement = first["statement"].as_str().unwrap();
    assert!(statement.starts_with("SELECT data"), "{statement}");
}

/// How the latest request loaded its session, each time.
async fn loads(visitor: &Visitor) -> Vec<Value> {
    let mut latest = requests(visitor).await.pop().unwrap();
    let events: Vec<Value> = serde_json::from_value(latest["events"].take()).unwrap();
    let loads = events.into_iter();
    loads.filter(|event| event["operation"] == "load").collect()
}

#[tokio::test]
async fn nothing_is_recorded_where_it_is_switched_off() {
    let app = TestApp::on_sqlite().await;
    app.sessions.rings().switch(false);
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor.get("/t/add/n").await.expect(200);
    assert_eq!(app.sessions.rings().size(), (0, 0));
    assert_eq!(requests(&visitor).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_answer_of_5xx_is_recorded_as_it_was() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor.get("/t/login-and-fail").await.expect(500);
    let seen = requests(&visitor).await;
    assert_eq!(seen[1]["status"], 500);
    assert!(!kinds(&seen[1]).contains(&"cookie_out"));
    assert_eq!(seen[1]["after"], seen[1]["before"]);
}

#[tokio::test]
async fn coming_requests_are_streamed_until_the_session_ends() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let tab = visitor.another_tab();
    let stream = tokio::spawn(async move { tab.get("/xray/events").await.expect(200).text });
    // It has begun when its ring is followed; there is no other sign of it.
    let ring = app.sessions.rings();
    let id = &visitor.cookie(app.cookie_name()).unwrap()[44..66];
    let id: tower_sessions::session::Id = id.parse().unwrap();
    eventually("it is followed", Duration::from_secs(5), async || {
        ring.of(id.0).unwrap().followers() == 1
    })
    .await;
    visitor.get("/t/add/n").await.expect(200);
    visitor.get("/t/logout").await.expect(200);
    let text = stream.await.unwrap();
    for part in [
        "/t/set/a/1",
        "/t/add/n",
        "/t/logout",
        "told the browser to forget",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
