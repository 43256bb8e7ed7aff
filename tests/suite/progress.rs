//! What a learner has done stays done, and is nobody else's.

use crate::support::{Folder, TestApp, Visitor, scenarios};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "9b2f6a1c-0d3e-4f5a-8b7c-6d5e4f3a2b1c";
const BOB: &str = "1b2f6a1c-0d3e-4f5a-8b7c-6d5e4f3a2b1d";

// One for each kind of database.
scenarios!(
    sqlite,
    doc = "Needs no server.",
    TestApp::start(Storage::Sqlite),
    what_was_done_is_ticked_and_stays_so
);
scenarios!(
    memory,
    doc = "Needs no server.",
    TestApp::start(Storage::Memory),
    what_was_done_is_ticked_and_stays_so
);
scenarios!(
    mysql,
    ignore = "needs MariaDB: scripts/test",
    TestApp::start(Storage::Mysql),
    what_was_done_is_ticked_and_stays_so
);
#[cfg(feature = "postgres")]
scenarios!(
    postgres,
    ignore = "needs PostgreSQL: scripts/test",
    TestApp::start(Storage::Postgres),
    what_was_done_is_ticked_and_stays_so
);

async fn post(visitor: &Visitor, path: &str, body: Value) -> crate::support::Answer {
    visitor.send(Method::POST, path, &[], &body).await
}

/// The tasks of lesson 0340 that `learner` has done.
async fn ticks(visitor: &Visitor, learner: &str) -> Vec<String> {
    let answer = post(visitor, "/progress", json!({ "learner": learner }))
        .await
        .expect(200);
    let answer: Value = serde_json::from_str(&answer.text).unwrap();
    serde_json::from_value(answer["ticks"]["0340"].clone()).unwrap_or_default()
}

async fn what_was_done_is_ticked_and_stays_so(app: TestApp) {
    let ann = app.visitor();
    assert_eq!(ticks(&ann, ANN).await, Vec::<String>::new());
    ann.refresh().await.expect(200);
    ann.refresh().await.expect(200);
    ann.has_enough().await.expect(200);
    let done = ticks(&ann, ANN).await;
    assert!(!done.is_empty());
    // Another visitor ticks only his own.
    let bob = app.visitor();
    assert_eq!(ticks(&bob, BOB).await, Vec::<String>::new());
    // A lost session: the requests are forgotten, what they have done is not.
    let again = app.visitor();
    assert_eq!(ticks(&again, ANN).await, done);

    let reset = json!({ "learner": ANN, "lesson": "0340" });
    post(&ann, "/progress/reset", reset).await.expect(200);
    assert_eq!(
        ticks(&ann, ANN).await,
        Vec::<String>::new(),
        "ticked again by old requests"
    );
    ann.refresh().await.expect(200);
    ann.has_enough().await.expect(200);
    assert!(!ticks(&ann, ANN).await.is_empty());
    post(&ann, "/progress/reset", json!({ "learner": ANN }))
        .await
        .expect(200);
    assert_eq!(ticks(&again, ANN).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_learner_or_no_lesson_is_refused() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    for body in [
        json!({}),
        json!({"learner": "ann"}),
        json!({"learner": ANN, "x": 1}),
        json!([]),
    ] {
        let answer = post(&visitor, "/progress", body).await.expect(422);
        assert!(answer.set_cookies().is_empty());
    }
    let unknown = json!({ "learner": ANN, "lesson": "9999" });
    post(&visitor, "/progress/reset", unknown).await.expect(404);
    // Another port's page cannot tick or reset anything.
    let foreign = [("origin", "https://localhost:1")];
    let body = json!({ "learner": ANN });
    visitor
        .send(Method::POST, "/progress/reset", &foreign, &body)
        .await
        .expect(403);
}

#[tokio::test]
async fn a_restart_keeps_what_was_done_and_the_owner_s_is_claimed() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let port = copy.port;
    let token = String::from_utf8(folder.run(&["token"]).stdout).unwrap();
    let token = format!("Bearer {}", token.lines().next().unwrap());
    let visitor = copy.visitor();
    ticks(&visitor, ANN).await;
    visitor.refresh().await.expect(200);
    let done = ticks(&visitor, ANN).await;
    let status = copy.visitor().get("/status.json").await.expect(200).text;
    assert!(status.contains("\"claimed\":{}"), "{status}");
    let wrong = [("authorization", "Bearer wrong")];
    let body = json!({ "learner": BOB });
    visitor
        .send(Method::POST, "/progress", &wrong, &body)
        .await
        .expect(200);
    let right = [("authorization", &*token)];
    let body = json!({ "learner": ANN });
    visitor
        .send(Method::POST, "/progress", &right, &body)
        .await
        .expect(200);
    assert_eq!(copy.stop().await, Some(0));

    let copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    assert_eq!(ticks(&copy.visitor(), ANN).await, done);
    let status = copy.visitor().get("/status.json").await.expect(200).text;
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["port"], port);
    assert_eq!(status["store"], "sqlite");
    assert_eq!(status["claimed"]["0340"], json!(done));
}
