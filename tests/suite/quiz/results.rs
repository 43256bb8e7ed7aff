//! What the proctor sees: who is where, and what was reached.

use super::support::{Proctor, Quiz, json_of, moment};
use crate::support::eventually;
use serde_json::{Value, json};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);

/// Asserts that the proctor sees Ann so.
async fn expect_ann(proctor: &Proctor, fields: Value) {
    let seen = proctor.attempt_of("Ann").await;
    for (key, value) in fields.as_object().unwrap() {
        assert_eq!(seen[key], *value, "{key}: {seen}");
    }
}

#[tokio::test]
async fn the_proctor_sees_who_is_where() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    let arrived = json!({ "state": "logged_in", "connected": false, "attempts_used": 0 });
    expect_ann(&proctor, arrived).await;

    let paper = ann.starts().await;
    let (id, right) = (paper.id(0), paper.right(0));
    ann.answers(id, right, 1).await.expect(200);
    let mut events = ann.listens().await;
    events.next_of("remaining").await;
    let running = json!({
        "state": "running", "connected": true, "attempts_used": 1, "answered": 1, "of": 10,
        "revision": 1, "deadline": paper.0["deadline"], "score": null,
    });
    expect_ann(&proctor, running).await;
    let seen = proctor.attempt_of("Ann").await;
    let allowed = moment(&seen["deadline"]) - moment(&seen["started_at"]);
    assert_eq!(allowed, Duration::from_secs(600));

    drop(events);
    eventually("the lost connection is seen", SOON, async || {
        proctor.attempt_of("Ann").await["connected"] == false
    })
    .await;
    ann.submits().await.expect(200);
    expect_ann(&proctor, json!({ "state": "evaluated", "score": 1 })).await;
}

#[tokio::test]
async fn the_proctor_s_stream_follows_every_change() {
    let quiz = Quiz::start().await;
    let mut watched = quiz.proctor().watches().await;
    let first = watched.next_of("attempts").await;
    assert_eq!(
        (&first["attempts"], &first["open"]),
        (&json!([]), &json!(true))
    );
    moment(&first["now"]);
    let ann = quiz.candidate("Ann").await;
    let mut until = async |what: &str, holds: fn(&Value) -> bool| {
        // Every five seconds it speaks in any case, so a change that is not told is one of these.
        for _ in 0..5 {
            let told = watched.next_of("attempts").await;
            if holds(&told["attempts"][0]) {
                return;
            }
        }
        panic!("the stream does not tell that {what}");
    };
    until("Ann is there", |seen| seen["state"] == "logged_in").await;
    let paper = ann.starts().await;
    until("Ann has begun", |seen| seen["state"] == "running").await;
    ann.answers(paper.id(0), 0, 1).await.expect(200);
    until("Ann has answered", |seen| seen["answered"] == 1).await;
    ann.submits().await.expect(200);
    until("Ann is done", |seen| seen["state"] == "evaluated").await;
}

#[tokio::test]
async fn every_finished_attempt_is_one_result() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    assert_eq!(
        proctor.results().await,
        json!({ "pending": 0, "results": [] })
    );
    for round in 1..=3 {
        let paper = ann.starts().await;
        ann.answers(paper.id(0), paper.right(0), 1)
            .await
            .expect(200);
        let evaluation = json_of(&ann.submits().await.expect(200));
        ann.submits().await.expect(200);
        let results = proctor.results_of("Ann").await;
        assert_eq!(results.len(), round);
        let same_end = |result: &&Value| result["ended_at"] == evaluation["ended_at"];
        let result = results.iter().find(same_end).unwrap();
        for key in ["score", "of", "by"] {
            assert_eq!(result[key], evaluation[key]);
        }
        assert!(moment(&result["started_at"]) < moment(&result["ended_at"]));
    }
    eventually("all is in the database", SOON, async || {
        proctor.results().await["pending"] == 0
    })
    .await;
    assert_eq!(ann.evaluation().await["pending"], false);
}

#[tokio::test]
async fn a_name_is_no_formula_in_a_spreadsheet() {
    let quiz = Quiz::start().await;
    for name in ["=1+1", "+1", "-1", "@SUM(A1)", "Lee, \"Ann\""] {
        let candidate = quiz.candidate(name).await;
        candidate.starts().await;
        candidate.submits().await.expect(200);
    }
    let csv = quiz.proctor().csv().await;
    assert!(
        csv.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    let mut lines = csv.text.lines();
    assert_eq!(lines.next().unwrap().split(',').next(), Some("name"));
    let names: Vec<_> = lines.map(|line| line.trim_matches('"')).collect();
    assert_eq!(names.len(), 5, "{}", csv.text);
    for name in ["'=1+1,", "'+1,", "'-1,", "'@SUM(A1),"] {
        assert!(
            names
                .iter()
                .any(|line| line.replace('"', "").starts_with(name)),
            "{name}"
        );
    }
    assert!(csv.text.contains("\"Lee, \"\"Ann\"\"\","), "{}", csv.text);
}
