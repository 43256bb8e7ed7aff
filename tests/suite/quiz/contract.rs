//! What the candidates' calls do, one after the other.

use super::{
    files::entry_made_by_the_command,
    support::{Quiz, expect_refusal, json_of, moment, quiz_file},
};
use crate::support::Folder;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::Duration;

#[tokio::test]
async fn a_login_gives_a_new_uuid_each_time_and_no_cookie() {
    let quiz = Quiz::start().await;
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        let answer = quiz.asks_to_log_in("Ann", "2468").await.expect(200);
        assert!(answer.set_cookies().is_empty());
        let body = json_of(&answer);
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        let id = body["session_id"].as_str().unwrap().to_owned();
        // Version 4, variant 10 (RFC 9562, section 5.4).
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 2);
    // The first login has set the pin.
    let wrong = quiz.asks_to_log_in("Ann", "8642").await;
    expect_refusal(wrong, 401, "");
    // Space around a name is not part of it.
    let wrong = quiz.asks_to_log_in("  Ann ", "8642").await;
    expect_refusal(wrong, 401, "");
}

#[tokio::test]
async fn an_attempt_starts_once_and_is_then_returned() {
    let quiz = Quiz::of(&quiz_file("candidates = \"open\"\nattempts = 2")).await;
    let ann = quiz.candidate("Ann").await;
    let nothing = expect_refusal(ann.looks().await, 404, "");
    assert_eq!(nothing["attempts_left"], 2);

    let started = ann.starts().await.0;
    assert_eq!(started["state"], "running");
    assert_eq!(started["title"], "Counting");
    assert_eq!(started["answers"], json!({}));
    assert_eq!(started["revision"], 0);
    assert_eq!(started["attempts_left"], 1);
    let left = moment(&started["deadline"]) - moment(&started["now"]);
    let told = Duration::milliseconds(started["remaining_ms"].as_i64().unwrap());
    assert!((left - told).abs() <= Duration::MILLISECOND, "{started}");
    assert!(told <= Duration::seconds(600) && told > Duration::seconds(570));

    let again = json_of(&ann.asks_to_start().await.expect(200));
    for key in ["questions", "deadline", "attempts_left", "revision"] {
        assert_eq!(again[key], started[key], "{key}");
    }
}

#[tokio::test]
async fn without_a_file_it_is_the_practice_quiz() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let (visitor, login) = (copy.visitor(), json!({ "name": "Ann", "pin": "2468" }));
    let path = "/0390/api/login";
    let answer = visitor.send(Method::POST, path, &[], &login).await;
    let id = json_of(&answer.expect(200))["session_id"].clone();
    let own = [("session-id", id.as_str().unwrap())];
    let path = "/0390/api/attempt";
    let started = visitor.request(Method::POST, path, &own).await.expect(201);
    let started = json_of(&started);
    assert_eq!(started["title"], "Sessions: a practice quiz");
    assert_eq!(started["questions"].as_array().unwrap().len(), 10);
    assert_eq!(started["attempts_left"], 99);
}

#[tokio::test]
async fn questions_and_options_are_drawn_and_shuffled_for_each_attempt() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let (mut orders, mut places) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..10 {
        let paper = ann.starts().await;
        let texts: Vec<_> = paper.questions().iter().map(|one| &one["text"]).collect();
        let distinct: BTreeSet<_> = texts.iter().map(|text| text.to_string()).collect();
        assert_eq!((texts.len(), distinct.len()), (10, 10));
        orders.insert(format!("{texts:?}"));
        for place in 0..10 {
            assert_eq!(
                paper.questions()[place]["options"]
                    .as_array()
                    .unwrap()
                    .len(),
                4
            );
            places.insert(paper.right(place));
        }
        ann.submits().await.expect(200);
    }
    // By chance ten equal orders come once in more than 10^60 runs.
    assert!(orders.len() > 1);
    assert_eq!(places, (0..4).collect(), "places of the right options");
}

#[tokio::test]
async fn a_saved_answer_is_there_after_a_disconnection() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let paper = ann.starts().await;
    let (first, second) = (paper.id(0), paper.id(1));
    let saved = json_of(&ann.answers(first, 2, 1).await.expect(200));
    assert_eq!(saved["answers"], json!({ first: 2 }));
    assert_eq!(saved["revision"], 1);
    for key in ["deadline", "now", "remaining_ms"] {
        assert!(!saved[key].is_null(), "{key}: {saved}");
    }
    ann.answers(second, 0, 2).await.expect(200);
    ann.answers(first, 3, 3).await.expect(200);
    ann.answers(second, None, 4).await.expect(200);
    let back = ann.another_tab().paper().await.0;
    assert_eq!(back["answers"], json!({ first: 3 }));
    assert_eq!(back["revision"], 4);
    assert_eq!(back["questions"], paper.0["questions"]);
}

#[tokio::test]
async fn a_submitted_attempt_is_evaluated_once_and_told_alike() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let paper = ann.starts().await;
    for place in 0..4 {
        let option = if place == 0 {
            paper.wrong(0)
        } else {
            paper.right(place)
        };
        let revision = place as u64 + 1;
        ann.answers(paper.id(place), option, revision)
            .await
            .expect(200);
    }
    let evaluation = json_of(&ann.submits().await.expect(200));
    assert_eq!(
        (&evaluation["score"], &evaluation["of"]),
        (&json!(3), &json!(10))
    );
    assert_eq!(evaluation["by"], "submit");
    moment(&evaluation["ended_at"]);
    for (place, question) in evaluation["questions"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        for key in ["id", "text", "options"] {
            assert_eq!(question[key], paper.questions()[place][key]);
        }
        assert_eq!(question["right"], paper.right(place));
        let given = match place {
            0 => json!(paper.wrong(0)),
            1..4 => json!(paper.right(place)),
            _ => Value::Null,
        };
        assert_eq!(question["given"], given);
    }
    let state = json_of(&ann.looks().await.expect(200));
    assert_eq!(state["state"], "evaluated");
    assert_eq!(state["attempts_left"], 99);
    moment(&state["now"]);
    for told in [
        &state["evaluation"],
        &json_of(&ann.submits().await.expect(200)),
    ] {
        for key in ["score", "of", "by", "ended_at", "questions"] {
            assert_eq!(told[key], evaluation[key], "{key}");
        }
    }
    expect_refusal(ann.answers(paper.id(0), 0, 9).await, 410, "");
}

#[tokio::test]
async fn an_attempt_that_was_begun_is_used_up_and_without_one_there_is_none() {
    let quiz = Quiz::of(&quiz_file("candidates = \"open\"")).await;
    let ann = quiz.candidate("Ann").await;
    expect_refusal(ann.submits().await, 404, "");
    expect_refusal(ann.answers("any", 0, 1).await, 404, "");
    let paper = ann.starts().await;
    assert_eq!(paper.0["attempts_left"], 0);
    ann.submits().await.expect(200);
    expect_refusal(ann.asks_to_start().await, 403, "attempt");
    // What one has used up, the other still has.
    quiz.candidate("Bob").await.starts().await;
}

#[tokio::test]
async fn a_listed_candidate_has_a_pin_of_the_command_line_and_nobody_else_may_come() {
    let folder = Folder::new();
    let listed = entry_made_by_the_command(&folder, "Ann", "a-pin-of-Ann");
    let quiz = Quiz::within(folder, &quiz_file(&listed)).await;
    quiz.asks_to_log_in("Ann", "a-pin-of-Ann").await.expect(200);
    let wrong = json_of(&quiz.asks_to_log_in("Ann", "2468").await.expect(401));
    let unknown = json_of(&quiz.asks_to_log_in("Bob", "2468").await.expect(401));
    // Not even the words tell who is on the list.
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn after_five_failures_a_name_has_to_pause_and_others_have_not() {
    let quiz = Quiz::start().await;
    quiz.candidate("Ann").await;
    for _ in 0..5 {
        quiz.asks_to_log_in("Ann", "wrong").await.expect(401);
    }
    // The right pin does not help during the pause, or guessing would go on in it.
    let paused = quiz.asks_to_log_in("Ann", "2468").await;
    let pause: u64 = paused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    expect_refusal(paused, 429, "");
    assert!((1..=2).contains(&pause), "{pause}");
    quiz.candidate("Bob").await;
    tokio::time::sleep(std::time::Duration::from_secs(pause)).await;
    quiz.asks_to_log_in("Ann", "2468").await.expect(200);
    quiz.asks_to_log_in("Ann", "wrong").await.expect(401);
}
