//! Both pages of the quiz for every pair of eyes, in all their states.

use super::{
    row_with,
    seat::{Seat, words},
};
use crate::quiz::support::Quiz;
use serde_json::json;

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn both_pages_are_for_everybody_in_all_their_states() {
    let quiz = Quiz::start().await;
    let ann = Seat::at(&quiz).await;
    ann.open("/0390").await;
    ann.button(words::LOG_IN).await;
    ann.expect_a_page_for_everybody("login").await;
    ann.logs_in("Ann").await;
    ann.expect_a_page_for_everybody("ready").await;
    ann.press(words::START).await;
    ann.button(words::SUBMIT).await;
    ann.knows_the_answer().await;
    ann.reads_mark(words::SAVED).await;
    ann.expect_a_page_for_everybody("running").await;
    ann.click(words::SUBMIT).await;
    ann.button(words::GO_ON).await;
    ann.expect_a_page_for_everybody("dialog").await;
    ann.press(words::GO_ON).await;

    let elsewhere = Seat::at(&quiz).await;
    elsewhere.open("/0390").await;
    elsewhere.types_the_login("Ann").await;
    elsewhere.reads(words::ELSEWHERE).await;
    elsewhere.expect_a_page_for_everybody("locked out").await;

    let proctor = Seat::of_proctor(&quiz).await;
    proctor.visible(&row_with("Ann", "running")).await;
    proctor.expect_a_page_for_everybody("proctor").await;
    // The laptop is lost, and asks for nothing any more.
    ann.open("/lessons").await;
    quiz.proctor().releases("Ann").await;
    elsewhere.press(words::RETRY).await;
    elsewhere.reads("1 of 10 answered").await;
    // Just under a minute from now.
    let left = elsewhere.milliseconds_left().await / 1000;
    let change = json!({ "extra_seconds": { "Ann": 58 - i64::try_from(left).unwrap() } });
    quiz.proctor().sets(change).await;
    the_last_minute_and_the_result(&elsewhere).await;
    proctor.visible(&row_with("Ann", "submitted")).await;
    proctor
        .expect_a_page_for_everybody("proctor, results")
        .await;
    without_a_token(&proctor).await;
    for seat in [ann, elsewhere, proctor] {
        seat.leaves().await;
    }
}

async fn the_last_minute_and_the_result(seat: &Seat) {
    seat.reads(words::WARNING).await;
    seat.expect_a_page_for_everybody("warned").await;
    seat.click(words::SUBMIT).await;
    seat.click(words::CONFIRM).await;
    seat.button(words::START_AGAIN).await;
    seat.button(words::LEAVE).await;
    seat.expect_a_page_for_everybody("result").await;
}

async fn without_a_token(proctor: &Seat) {
    proctor.chromium.run("sessionStorage.clear()").await;
    proctor.open("/0390").await;
    proctor.open("/0390/proctor").await;
    proctor.reads(words::NO_TOKEN).await;
    proctor.expect_a_page_for_everybody("no token").await;
}
