//! Which option is right leaves the server with the evaluation, and not before.

use super::support::{Quiz, expect_refusal};
use serde_json::{Value, json};

/// Whether a key in `value` speaks of what is right.
fn tells_what_is_right(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            matches!(&**key, "right" | "answer" | "correct" | "score") && !value.is_null()
                || tells_what_is_right(value)
        }),
        Value::Array(values) => values.iter().any(tells_what_is_right),
        _ => false,
    }
}

#[tokio::test]
async fn nobody_is_told_what_is_right_before_the_evaluation() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    let paper = ann.starts().await;
    let (mut own, mut watched) = (ann.listens().await, proctor.watches().await);
    ann.asks_to_start().await.expect(200);
    let id = paper.id(0);
    ann.answers(id, paper.right(0), 1).await.expect(200);
    expect_refusal(ann.answers(id, paper.wrong(0), 1).await, 409, "");
    expect_refusal(ann.answers(id, 99, 2).await, 422, "option");
    expect_refusal(ann.answers("nowhere", 0, 2).await, 404, "");
    let second = quiz.candidate("Ann").await;
    expect_refusal(second.looks().await, 423, "");
    proctor.sets(json!({ "duration_seconds": 900 })).await;
    proctor.attempts().await;
    proctor.results().await;
    proctor.parameters().await;
    let events = [
        own.next_of("answers").await,
        own.next_of("parameters").await,
        own.next_of("remaining").await,
        watched.next_of("attempts").await,
        watched.next_of("attempts").await,
    ];
    let bodies = quiz.exchanges();
    assert!(bodies.len() > 10);
    let bodies = bodies
        .iter()
        .filter(|one| one.content_type == "application/json");
    let bodies = bodies.map(|one| serde_json::from_str(&one.text).unwrap());
    for body in bodies.chain(events) {
        assert!(!tells_what_is_right(&body), "{body}");
    }
    // That the search finds it where it is.
    ann.submits().await.expect(200);
    assert!(tells_what_is_right(&own.next_of("evaluated").await));
}

#[tokio::test]
async fn no_page_holds_a_question() {
    let quiz = Quiz::start().await;
    for path in ["/0390", "/0390/proctor", "/lessons/0390"] {
        let page = quiz.copy.visitor().get(path).await.expect(200);
        assert!(!page.text.contains("Which number follows"), "{path}");
    }
}

#[tokio::test]
async fn neither_log_nor_command_line_has_a_pin_an_id_or_the_token() {
    let quiz = Quiz::start().await;
    let pin = "a-pin-that-is-in-no-log";
    let answer = quiz.asks_to_log_in("Ann", pin).await.expect(200);
    let id: Value = serde_json::from_str(&answer.text).unwrap();
    quiz.asks_to_log_in("Ann", "another-pin-in-no-log")
        .await
        .expect(401);
    quiz.proctor().attempts().await;
    let command_line = format!("/proc/{}/cmdline", quiz.copy.process.id());
    let seen = quiz.copy.log() + &std::fs::read_to_string(command_line).unwrap();
    assert!(!seen.contains("in-no-log"), "{seen}");
    assert!(!seen.contains(id["session_id"].as_str().unwrap()), "{seen}");
    assert!(!seen.contains(quiz.token()), "{seen}");
}
