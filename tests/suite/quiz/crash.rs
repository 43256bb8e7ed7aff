//! The server ends in the middle: what was not finished has never been, the rest stays.

use super::support::{Quiz, expect_refusal, json_of, quiz_file};
use crate::support::eventually;
use std::time::Duration;

#[tokio::test]
async fn after_a_crash_an_unfinished_attempt_has_never_been_and_a_finished_one_stays() {
    let quiz = Quiz::of(&quiz_file("candidates = \"open\"")).await;
    let (ann, bob) = (quiz.candidate("Ann").await, quiz.candidate("Bob").await);
    let paper = ann.starts().await;
    ann.answers(paper.id(0), 0, 1).await.expect(200);
    let of_bob = bob.starts().await;
    bob.answers(of_bob.id(0), of_bob.right(0), 1)
        .await
        .expect(200);
    bob.submits().await.expect(200);
    let proctor = quiz.proctor();
    eventually(
        "the result is written",
        Duration::from_secs(10),
        async || proctor.results().await["pending"] == 0,
    )
    .await;
    let before = proctor.results_of("Bob").await;

    let (code, quiz) = quiz.restarted_after("-KILL").await;
    assert_eq!(code, None, "ended by itself");
    let proctor = quiz.proctor();
    assert_eq!(proctor.results_of("Bob").await, before);
    assert!(proctor.results_of("Ann").await.is_empty());
    assert_eq!(
        proctor.attempts().await["attempts"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    // The old ids were in memory, too.
    ann.looks().await.expect(401);
    let ann = quiz.candidate("Ann").await;
    let nothing = expect_refusal(ann.looks().await, 404, "");
    assert_eq!(nothing["attempts_left"], 1);
    assert_eq!(ann.starts().await.0["revision"], 0);
    // What was finished still counts, or a crash would be worth something.
    let bob = quiz.candidate("Bob").await;
    expect_refusal(bob.asks_to_start().await, 403, "attempt");
}

#[tokio::test]
async fn a_result_that_was_told_and_written_survives_every_crash() {
    let mut quiz = Quiz::start().await;
    for round in 1..=3 {
        let ann = quiz.candidate("Ann").await;
        ann.starts().await;
        ann.submits().await.expect(200);
        eventually("it is written", Duration::from_secs(10), async || {
            json_of(&ann.looks().await)["evaluation"]["pending"] == false
        })
        .await;
        (_, quiz) = quiz.restarted_after("-KILL").await;
        assert_eq!(quiz.proctor().results_of("Ann").await.len(), round);
    }
}

#[tokio::test]
async fn a_clean_stop_tells_the_candidates_and_the_proctor_and_keeps_the_results() {
    let quiz = Quiz::start().await;
    let (ann, bob) = (quiz.candidate("Ann").await, quiz.candidate("Bob").await);
    bob.starts().await;
    bob.submits().await.expect(200);
    ann.starts().await;
    let (mut events, mut watched) = (ann.listens().await, quiz.proctor().watches().await);
    events.next_of("remaining").await;
    watched.next_of("attempts").await;

    let (code, quiz) = quiz.restarted_after("-TERM").await;
    assert_eq!(code, Some(0));
    let told = events.rest().await;
    let last = told.last().unwrap();
    assert_eq!(last.kind, "stopping");
    assert!(last.data["detail"].as_str().unwrap().len() > 20, "{last:?}");
    // It ends, whatever it says.
    watched.rest().await;
    assert_eq!(quiz.proctor().results_of("Bob").await.len(), 1);
    assert!(quiz.proctor().results_of("Ann").await.is_empty());
}
