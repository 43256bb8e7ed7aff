//! The proctor's parameters: whoever has begun follows at once.

use super::support::{Quiz, json_of, moment};
use serde_json::{Value, json};
use time::Duration;

#[tokio::test]
async fn the_parameters_begin_as_the_file_says_and_change_one_by_one() {
    let quiz = Quiz::start().await;
    let proctor = quiz.proctor();
    let mut expected = json!({
        "duration_seconds": 600, "extra_seconds": {}, "attempts": 100, "draw": 10, "open": true,
    });
    assert_eq!(proctor.parameters().await, expected);
    for (field, value) in [
        ("duration_seconds", json!(10)),
        ("duration_seconds", json!(86_400)),
        ("attempts", json!(1)),
        ("draw", json!(12)),
        ("open", json!(false)),
        ("extra_seconds", json!({ "Ann": 86_400, "Bob": -86_400 })),
    ] {
        proctor.sets(json!({ field: value })).await;
        expected[field] = value;
        assert_eq!(proctor.parameters().await, expected);
    }
    // Only who is named is set; `null` removes.
    proctor
        .sets(json!({ "extra_seconds": { "Bob": null, "Cy": 60 } }))
        .await;
    expected["extra_seconds"] = json!({ "Ann": 86_400, "Cy": 60 });
    assert_eq!(proctor.parameters().await, expected);
    proctor.sets(json!({})).await;
    assert_eq!(proctor.parameters().await, expected);
}

#[tokio::test]
async fn deadlines_follow_the_duration_and_the_extra_time_of_a_candidate() {
    let quiz = Quiz::start().await;
    let (ann, bob, proctor) = (
        quiz.candidate("Ann").await,
        quiz.candidate("Bob").await,
        quiz.proctor(),
    );
    let (first, second) = (ann.starts().await.0, bob.starts().await.0);
    let (mut of_ann, mut of_bob) = (ann.listens().await, bob.listens().await);
    of_ann.next_of("remaining").await;
    of_bob.next_of("remaining").await;

    proctor.sets(json!({ "duration_seconds": 900 })).await;
    let later = |before: &Value, told: &Value, seconds: i64| {
        let moved = moment(&told["deadline"]) - moment(&before["deadline"]);
        assert_eq!(moved, Duration::seconds(seconds), "{told}");
    };
    let (told, others) = (
        of_ann.next_of("parameters").await,
        of_bob.next_of("parameters").await,
    );
    later(&first, &told, 300);
    later(&second, &others, 300);
    assert_eq!(told["open"], true);
    assert!(told["remaining_ms"].as_u64().unwrap() > 600_000, "{told}");

    proctor
        .sets(json!({ "extra_seconds": { "Ann": 150 } }))
        .await;
    later(&first, &of_ann.next_of("parameters").await, 450);
    later(&first, &ann.paper().await.0, 450);
    later(&second, &bob.paper().await.0, 300);
    // New attempts have the extra time as well.
    ann.submits().await.expect(200);
    let next = ann.starts().await.0;
    let allowed = moment(&next["deadline"]) - moment(&next["now"]);
    assert!((Duration::seconds(1_040)..=Duration::seconds(1_050)).contains(&allowed));
}

#[tokio::test]
async fn a_deadline_that_is_past_by_a_change_ends_the_attempt_at_once() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    let paper = ann.starts().await;
    ann.answers(paper.id(0), paper.right(0), 1)
        .await
        .expect(200);
    let mut events = ann.listens().await;
    proctor
        .sets(json!({ "extra_seconds": { "Ann": -86_400 } }))
        .await;
    let evaluation = events.next_of("evaluated").await;
    assert_eq!(evaluation["score"], 1);
    ann.answers(paper.id(1), 0, 2).await.expect(410);
    // A later change does not call it back.
    proctor
        .sets(json!({ "extra_seconds": { "Ann": null } }))
        .await;
    assert_eq!(ann.evaluation().await["ended_at"], evaluation["ended_at"]);
}

#[tokio::test]
async fn the_number_of_questions_and_of_attempts_concerns_whoever_begins_later() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    let running = ann.starts().await.0;
    proctor.sets(json!({ "draw": 3, "attempts": 1 })).await;
    assert_eq!(ann.paper().await.0["questions"], running["questions"]);
    ann.submits().await.expect(200);
    ann.asks_to_start().await.expect(403);
    assert_eq!(json_of(&ann.looks().await)["attempts_left"], 0);
    let bob = quiz.candidate("Bob").await.starts().await;
    assert_eq!(bob.questions().len(), 3);
}
