//! The candidates' event streams: the time that is left, and the end.

use super::support::{Event, Quiz, expect_refusal, moment};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_time_that_is_left_comes_at_once_and_then_every_second() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let paper = ann.starts().await.0;
    let mut events = ann.listens().await;
    let mut seconds = Vec::new();
    for _ in 0..4 {
        let told = events.next_of("remaining").await;
        assert_eq!(told["deadline"], paper["deadline"]);
        let left = told["remaining_ms"].as_i64().unwrap();
        let by_dates = moment(&told["deadline"]) - moment(&told["now"]);
        assert!(
            (by_dates.whole_milliseconds() - i128::from(left)).abs() <= 1,
            "{told}"
        );
        seconds.push(left / 1000);
    }
    // How late they are is measured by the benchmark; here a slow machine may skip some.
    assert!(
        seconds.windows(2).all(|pair| pair[1] < pair[0]),
        "{seconds:?}"
    );
    assert!(seconds[0] - seconds[3] <= 6, "{seconds:?}");
}

#[tokio::test]
async fn a_stream_ends_with_the_evaluation_and_a_later_one_begins_with_it() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let none = ann.caller.ask(Method::GET, "/0390/api/events");
    expect_refusal(none.await, 404, "");
    ann.starts().await;
    let (one, other) = (ann.listens().await, ann.another_tab().listens().await);
    ann.submits().await.expect(200);
    let (one, other) = (one.rest().await, other.rest().await);
    let later = ann.listens().await.rest().await;
    assert_eq!(later.len(), 1);
    for events in [&one, &other, &later] {
        let Event { kind, data } = events.last().unwrap();
        assert_eq!(kind, "evaluated");
        assert_eq!((&data["score"], &data["by"]), (&json!(0), &json!("submit")));
    }
}

#[tokio::test]
async fn the_deadline_evaluates_what_was_saved() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    let paper = ann.starts().await;
    for place in 0..10 {
        let revision = place as u64 + 1;
        ann.answers(paper.id(place), paper.right(place), revision)
            .await
            .expect(200);
    }
    let mut events = ann.listens().await;
    // Shorter than ten seconds no quiz may be, so that is how long this takes.
    proctor.sets(json!({ "duration_seconds": 10 })).await;
    let evaluation = events.next_of("evaluated").await;
    assert_eq!(
        (&evaluation["score"], &evaluation["by"]),
        (&json!(10), &json!("deadline"))
    );
    assert!(moment(&evaluation["ended_at"]) >= moment(&paper.0["now"]));
    assert_eq!(ann.evaluation().await["questions"], evaluation["questions"]);
}
