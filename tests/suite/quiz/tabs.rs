//! One candidate in two tabs and at two computers.

use super::support::{Candidate, Paper, Quiz, expect_refusal, json_of};
use serde_json::json;
use std::collections::BTreeMap;

/// How many answers each tab gives.
const ANSWERS: usize = 40;

#[tokio::test]
async fn of_two_tabs_the_larger_state_wins_and_the_smaller_is_told_of_it() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let paper = ann.starts().await;
    let tab = ann.another_tab();
    let id = paper.id(0);
    ann.answers(id, 1, 5).await.expect(200);
    for revision in [0, 1, 4, 5] {
        let newer = expect_refusal(tab.answers(id, 2, revision).await, 409, "");
        assert_eq!(newer["answers"], json!({ id: 1 }));
        assert_eq!(newer["revision"], 5);
    }
    // The very same once more: its answer got lost on the way.
    let same = json_of(&tab.answers(id, 1, 5).await.expect(200));
    assert_eq!(same["revision"], 5);
    // The same revision on another question is another state.
    expect_refusal(tab.answers(paper.id(1), 1, 5).await, 409, "");
    tab.answers(id, 2, 6).await.expect(200);
    assert_eq!(ann.paper().await.0["answers"], json!({ id: 2 }));
}

#[tokio::test]
async fn the_second_tab_hears_what_the_first_has_saved() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let paper = ann.starts().await;
    let mut second = ann.another_tab().listens().await;
    second.next_of("remaining").await;
    ann.answers(paper.id(3), 1, 1).await.expect(200);
    let heard = second.next_of("answers").await;
    assert_eq!(
        heard,
        json!({ "answers": { paper.id(3): 1 }, "revision": 1 })
    );
}

#[tokio::test]
async fn two_tabs_that_save_at_once_lose_nothing_that_was_acknowledged() {
    let quiz = Quiz::start().await;
    let ann = quiz.candidate("Ann").await;
    let paper = ann.starts().await;
    let tabs = [0, 1].map(|first| saves_by_turns(ann.another_tab(), paper.clone(), first));
    let [one, other] = tabs.map(tokio::spawn);
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    let mut all: BTreeMap<u64, (String, usize)> = one.into_iter().collect();
    all.extend(other);
    // Each revision was given once, so the acknowledged answers have one order.
    assert_eq!(all.len(), 2 * ANSWERS);
    let expected: BTreeMap<_, _> = all.into_values().collect();
    let state = ann.paper().await.0;
    assert_eq!(state["answers"], json!(expected));
    assert_eq!(state["revision"], 2 * ANSWERS);
}

/// Answers every second question over and over; a tab that is behind takes over the newer state
/// and tries again. The acknowledged answers by revision.
async fn saves_by_turns(tab: Candidate, paper: Paper, first: usize) -> Vec<(u64, (String, usize))> {
    let (mut known, mut saved) = (0, Vec::new());
    while saved.len() < ANSWERS {
        let turn = saved.len();
        let (question, option) = (paper.id((first + 2 * turn) % 10), turn % 4);
        let answer = tab.answers(question, option, known + 1).await;
        let (status, state) = (answer.status.as_u16(), json_of(&answer));
        match status {
            200 => saved.push((known + 1, (question.to_owned(), option))),
            409 => assert!(state["revision"].as_u64().unwrap() > known, "{state}"),
            other => panic!("status {other}: {state}"),
        }
        known = state["revision"].as_u64().unwrap();
    }
    saved
}

#[tokio::test]
async fn another_session_of_a_candidate_is_locked_out_until_the_proctor_releases_it() {
    let quiz = Quiz::start().await;
    let lost = quiz.candidate("Ann").await;
    let paper = lost.starts().await;
    lost.answers(paper.id(0), 1, 1).await.expect(200);
    let spare = quiz.candidate("Ann").await;
    expect_locked_out(&spare, &paper).await;
    // The one that runs has noticed nothing.
    assert_eq!(lost.paper().await.0["revision"], 1);

    quiz.proctor().releases("Ann").await;
    let taken_over = spare.paper().await;
    assert_eq!(taken_over.0["answers"], json!({ paper.id(0): 1 }));
    assert_eq!(taken_over.0["deadline"], paper.0["deadline"]);
    spare.answers(paper.id(1), 1, 2).await.expect(200);
    expect_locked_out(&lost, &paper).await;
    // One release, one takeover.
    spare.submits().await.expect(200);
    lost.looks().await.expect(200);
}

async fn expect_locked_out(candidate: &Candidate, paper: &Paper) {
    expect_refusal(candidate.asks_to_start().await, 423, "");
    expect_refusal(candidate.looks().await, 423, "");
    expect_refusal(candidate.answers(paper.id(0), 0, 9).await, 423, "");
    expect_refusal(candidate.submits().await, 423, "");
    let events = candidate
        .caller
        .ask(reqwest::Method::GET, "/0390/api/events");
    let refusal = expect_refusal(events.await, 423, "");
    assert!(
        refusal["detail"].as_str().unwrap().len() > 20,
        "no reason: {refusal}"
    );
}
