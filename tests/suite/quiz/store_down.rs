//! The database is away when an attempt ends, and the quiz among several processes.

use super::support::{OPEN, Quiz, expect_refusal, json_of, quiz_file};
use crate::support::{Folder, MariaDb, eventually, free_port, shared_mariadb};
use serde_json::json;
use std::time::Duration;

const RECOVERY: Duration = Duration::from_secs(20);

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_result_waits_for_its_database_and_the_proctor_sees_it_waiting() {
    let mut server = MariaDb::start().await;
    let database = server.new_database().await;
    let folder = Folder::new();
    folder.write_home(
        ".mysqlSecrets.json",
        &server.credentials_json(&database),
        0o600,
    );
    let quiz = Quiz::within(folder, &quiz_file(OPEN)).await;
    let (ann, bob, proctor) = (
        quiz.candidate("Ann").await,
        quiz.candidate("Bob").await,
        quiz.proctor(),
    );
    ann.starts().await;
    let paper = bob.starts().await;
    let mut events = bob.listens().await;
    server.stop();

    // One hands in, the other one's time is up; neither notices anything.
    let evaluation = json_of(&ann.submits().await.expect(200));
    assert_eq!(evaluation["pending"], true);
    bob.answers(paper.id(0), paper.right(0), 1)
        .await
        .expect(200);
    proctor
        .sets(json!({ "extra_seconds": { "Bob": -86_400 } }))
        .await;
    assert_eq!(events.next_of("evaluated").await["score"], 1);
    let results = proctor.results().await;
    assert_eq!(results["pending"], 2);
    assert_eq!(proctor.results_of("Bob").await[0]["pending"], true);
    assert_eq!(proctor.attempt_of("Ann").await["pending"], true);
    // It goes on without its database: here is another attempt.
    ann.starts().await;

    server.start_again().await;
    eventually("both results are written", RECOVERY, async || {
        proctor.results().await["pending"] == 0
    })
    .await;
    assert_eq!(bob.evaluation().await["pending"], false);
    let table = format!("{database}.s_{}_quiz_result", quiz.copy.port);
    assert_eq!(rows_of(&server, &table).await, 2);
}

async fn rows_of(server: &MariaDb, table: &str) -> i64 {
    let count = format!("SELECT COUNT(*) FROM {table}");
    let mut connection = server.connection().await;
    let rows = sqlx::query_scalar(&count).fetch_one(&mut connection);
    rows.await.unwrap()
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn among_replicas_there_is_no_quiz_and_a_quiz_file_is_refused() {
    let server = shared_mariadb().await;
    let database = server.new_database().await;
    let folder = Folder::new();
    folder.write_home(
        ".mysqlSecrets.json",
        &server.credentials_json(&database),
        0o600,
    );
    folder.write("quiz.toml", &quiz_file(OPEN), 0o644);
    let port = free_port();
    folder.write(".port", &format!("{port}\n"), 0o644);
    let arguments = ["--bind", "127.0.0.1", "--replicas"];

    let refused = folder
        .run_soon(&[&arguments[..], &["--quiz", "quiz.toml"]].concat())
        .await;
    assert_eq!(refused.status.code(), Some(2));
    let reason = String::from_utf8(refused.stderr).unwrap();
    assert!(
        reason.contains("--quiz") && reason.contains("--replicas"),
        "{reason}"
    );

    let copy = folder.serve_on(port, &arguments).await;
    let login = json!({ "name": "Ann", "pin": "2468" });
    let visitor = copy.visitor();
    let answer = visitor
        .send(reqwest::Method::POST, "/0390/api/login", &[], &login)
        .await;
    expect_refusal(answer, 503, "replicas");
}
