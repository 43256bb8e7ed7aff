//! Scores by hand: kept over a crash, and never lost to another desk.

use super::{SOON, body, class_of_two};
use crate::support::{Desk, eventually};
use reqwest::Method;
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt};

#[tokio::test]
async fn what_was_saved_survives_the_sudden_end_of_the_desk() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    for revision in 0..10_u32 {
        let saved = desk.gives("ann", revision.into(), f64::from(revision), "so far");
        let saved = body(&saved.await.expect(200));
        assert_eq!(saved["revision"], revision + 1);
    }
    assert_eq!(desk.copy.stop_by("-KILL").await, None);
    let desk = Desk::start(&folder, &[]).await;
    let hand = &desk.row("ann").await["hand"];
    assert_eq!(hand["revision"], 10, "{hand}");
    assert_eq!(hand["score"], 9.0, "{hand}");
    assert_eq!(hand["comment"], "so far", "{hand}");
    assert_eq!(desk.row("bob").await["hand"]["revision"], 0);
    let file = folder.path("roster.scores.json");
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn two_desks_at_once_lose_no_score() {
    let folder = class_of_two();
    let (one, other) = (
        Desk::start(&folder, &[]).await,
        Desk::start(&folder, &[]).await,
    );
    one.gives("ann", 0, 9.0, "first").await.expect(200);
    let refused = body(&other.gives("ann", 0, 5.0, "too late").await.expect(409));
    assert_eq!(refused["entry"]["score"], 9.0, "{refused}");
    assert_eq!(refused["entry"]["comment"], "first", "{refused}");
    other.gives("ann", 1, 5.0, "knowing that").await.expect(200);
    eventually("the first desk shows it", SOON, async || {
        one.row("ann").await["hand"]["comment"] == "knowing that"
    })
    .await;

    // Each adds a point ten times, on what the entry is then: no point gets lost.
    tokio::join!(adds_ten_points(&one), adds_ten_points(&other));
    for desk in [one, other] {
        eventually("both show all points", SOON, async || {
            desk.row("bob").await["hand"]["score"] == 20.0
        })
        .await;
    }
}

/// Adds to Bob's score, ten times, and again whenever the other desk was faster.
async fn adds_ten_points(desk: &Desk) {
    let mut entry = desk.row("bob").await["hand"].clone();
    let mut left = 10;
    while left > 0 {
        let revision = entry["revision"].as_u64().unwrap();
        let score = entry["score"].as_f64().unwrap_or(0.0) + 1.0;
        let answer = desk.gives("bob", revision, score, "").await;
        entry = match answer.status.as_u16() {
            200 => {
                left -= 1;
                body(&answer)
            }
            409 => body(&answer)["entry"].clone(),
            _ => panic!("{answer:?}"),
        };
    }
}

#[tokio::test]
async fn what_is_no_score_is_refused_and_says_why() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let good = json!({ "score": 1, "comment": "" });
    let first = [("if-match", "\"0\"")];
    for (path, headers, given, part) in [
        ("/api/scores/ann", &[][..], &good, "If-Match"),
        (
            "/api/scores/ann",
            &[("if-match", "0")][..],
            &good,
            "If-Match",
        ),
        ("/api/scores/zoe", &first[..], &good, "no such student"),
        (
            "/api/scores/ann",
            &first[..],
            &json!({ "score": -1, "comment": "" }),
            "from 0 to",
        ),
        (
            "/api/scores/ann",
            &first[..],
            &json!({ "comment": "" }),
            "score",
        ),
    ] {
        let refused = desk
            .ask(Method::PUT, path, headers, given)
            .await
            .expect(422);
        let said = body(&refused)["detail"].to_string();
        assert!(said.contains(part), "{path} {given}: {said}");
    }
    assert_eq!(desk.row("ann").await["hand"]["revision"], 0);
}
