//! The quiz in real browsers: candidates, tabs and a proctor at once.

mod for_everybody;
mod seat;

use crate::{
    quiz::support::{Quiz, quiz_file},
    support::eventually,
};
use fantoccini::wd::WindowHandle;
use seat::{SOON, Seat, words};
use serde_json::json;

/// How far a countdown may be from the server, in milliseconds.
const AGREED: f64 = 250.0;

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn two_candidates_two_tabs_and_a_proctor_go_through_one_quiz() {
    let quiz = Quiz::start().await;
    let proctor = Seat::of_proctor(&quiz).await;
    let ann = Seat::of_running(&quiz, "Ann").await;
    let bob = Seat::of_running(&quiz, "Bob").await;

    // Each answer gets its mark; the second tab shows it without being touched.
    let [first, second] = ann.opens_another_tab("/0390").await;
    ann.reads("0 of 10 answered").await;
    ann.goes_to(&first).await;
    ann.knows_the_answer().await;
    ann.reads_mark(words::SAVED).await;
    ann.goes_to(&second).await;
    ann.reads("1 of 10 answered").await;
    ann.press(words::NEXT).await;
    ann.reads("2 of 10:").await;
    ann.knows_the_answer().await;
    ann.reads("2 of 10 answered").await;
    ann.reads_mark(words::SAVED).await;
    ann.goes_to(&first).await;
    ann.reads("2 of 10 answered").await;
    bob.reads("0 of 10 answered").await;

    proctor.visible(&row_with("Ann", "2 of 10")).await;
    proctor.visible(&row_with("Bob", "running")).await;
    the_countdowns_follow_the_proctor(&quiz, &proctor, &ann, &bob).await;

    ann.click(words::SUBMIT).await;
    ann.reads("8 questions are not answered.").await;
    ann.press(words::CONFIRM).await;
    ann.reads("2 of 10 right").await;
    ann.goes_to(&second).await;
    ann.reads("2 of 10 right").await;
    proctor.visible(&row_with("Ann", "submitted")).await;
    proctor.visible(&row_with("Bob", "running")).await;
    proctor.click(words::DOWNLOAD).await;
    proctor.reads(words::DOWNLOADED).await;
    for seat in [proctor, ann, bob] {
        seat.leaves().await;
    }
}

/// A row of a table of the proctor's.
fn row_with(name: &str, word: &str) -> String {
    format!("//tr[th[normalize-space()=\"{name}\"]][td[contains(., \"{word}\")]]")
}

/// Less time for all, more for one, and the warning a minute before the end.
async fn the_countdowns_follow_the_proctor(quiz: &Quiz, proctor: &Seat, ann: &Seat, bob: &Seat) {
    let left = ann.milliseconds_left().await;
    assert!((500_000..=600_000).contains(&left), "{left}");
    assert!(!ann.shows(words::WARNING).await);
    // Ann is to have a little more than a minute; Bob has begun later, and gets half as much again.
    let duration = 600 - left / 1000 + 66;
    proctor.writes(words::DURATION, &duration.to_string()).await;
    proctor.press(words::SAVE).await;
    proctor.reads(words::CHANGED).await;
    proctor.writes(words::CANDIDATE, "Bob").await;
    proctor
        .visible("//option[normalize-space()=\"× 1.5\"]")
        .await
        .click()
        .await
        .unwrap();
    proctor.click(words::SET).await;
    proctor.reads("Bob has +").await;
    let extra = quiz.proctor().parameters().await["extra_seconds"]["Bob"].as_u64();
    assert!(extra.unwrap().abs_diff(duration / 2) <= 1, "{extra:?}");

    for (seat, least, most) in [(ann, 0, 66_000), (bob, 60_000, 66_000 + 600_000)] {
        eventually("the countdown follows", SOON, async || {
            (least..=most).contains(&seat.milliseconds_left().await)
        })
        .await;
        let off = seat.countdown_is_off_by().await;
        assert!(off <= AGREED, "{off} ms off");
    }
    ann.reads(words::WARNING).await;
    assert!(!bob.shows(words::WARNING).await);
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_countdown_agrees_with_the_server_whatever_the_computer_s_clock_says() {
    let quiz = Quiz::start().await;
    let ann = Seat::of_running(&quiz, "Ann").await;
    for disturbance in [
        "return 'none'",
        // Somebody sets the clock of the computer.
        "const now = Date.now; Date.now = () => now() + 3_600_000",
        // The page is too busy to draw anything for a while.
        "const end = performance.now() + 3_000; while (performance.now() < end);",
    ] {
        ann.chromium.run(disturbance).await;
        let off = ann.countdown_is_off_by().await;
        assert!(off <= AGREED, "{off} ms off after: {disturbance}");
    }
    // A reload asks the server again.
    ann.open("/0390").await;
    ann.button(words::SUBMIT).await;
    let off = ann.countdown_is_off_by().await;
    assert!(off <= AGREED, "{off} ms off after a reload");
    ann.leaves().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn what_is_answered_without_a_network_is_saved_when_it_is_back() {
    let quiz = Quiz::start().await;
    let ann = Seat::of_running(&quiz, "Ann").await;
    ann.chromium.devtools("Network.enable", json!({})).await;
    network_of(&ann, false).await;
    ann.knows_the_answer().await;
    ann.reads_mark(words::NOT_SAVED).await;
    assert_eq!(quiz.proctor().attempt_of("Ann").await["answered"], 0);
    network_of(&ann, true).await;
    ann.reads_mark(words::SAVED).await;
    assert_eq!(quiz.proctor().attempt_of("Ann").await["answered"], 1);
    ann.chromium.close().await;
}

async fn network_of(seat: &Seat, there: bool) {
    let conditions = json!({
        "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    let command = "Network.emulateNetworkConditions";
    seat.chromium.devtools(command, conditions).await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn a_stop_is_told_and_after_it_the_attempt_has_never_been() {
    let quiz = Quiz::of(&quiz_file("candidates = \"open\"")).await;
    let ann = Seat::of_running(&quiz, "Ann").await;
    ann.knows_the_answer().await;
    ann.reads_mark(words::SAVED).await;
    let (code, quiz) = quiz.restarted_after("-TERM").await;
    assert_eq!(code, Some(0));
    // The page comes back by itself, and is told that its session is gone.
    ann.reads("the attempt does not count").await;
    ann.logs_in("Ann").await;
    ann.reads("Attempts left: 1").await;
    ann.chromium.close().await;
    drop(quiz);
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0390_can_be_done() {
    let quiz = Quiz::start().await;
    let learner = Seat::at(&quiz).await;
    learner.open("/lessons/0390").await;
    let connected = "return performance.getEntriesByName(location.origin + '/progress').length";
    eventually("the page asked for its ticks", SOON, async || {
        learner.chromium.run(connected).await.as_u64() > Some(0)
    })
    .await;
    let [lesson, tab] = learner.opens_another_tab("/0390").await;
    learner.logs_in("Ann").await;
    learner.press(words::START).await;
    learner.button(words::SUBMIT).await;
    expect_done(&learner, [&lesson, &tab], "start").await;
    learner.open("/0390").await;
    learner.button(words::SUBMIT).await;
    expect_done(&learner, [&lesson, &tab], "resume").await;

    let [_, deaf] = learner.opens_another_tab("/0390?deaf=1").await;
    learner.button(words::SUBMIT).await;
    learner.goes_to(&tab).await;
    learner.knows_the_answer().await;
    learner.reads_mark(words::SAVED).await;
    learner.goes_to(&deaf).await;
    learner.press(words::NEXT).await;
    learner.reads("2 of 10:").await;
    learner.knows_the_answer().await;
    learner.reads("2 of 10 answered").await;
    expect_done(&learner, [&lesson, &deaf], "smaller").await;

    learner.opens_another_tab("/0390?browser=2").await;
    learner.types_the_login("Ann").await;
    learner.reads(words::ELSEWHERE).await;
    expect_done(&learner, [&lesson, &tab], "elsewhere").await;
    learner.click(words::SUBMIT).await;
    learner.click(words::CONFIRM).await;
    learner.reads("2 of 10 right").await;
    expect_done(&learner, [&lesson, &tab], "submit").await;
    learner.chromium.close().await;
}

/// Looks at the lesson's tab for the tick of a task, and goes on in the other one.
async fn expect_done(learner: &Seat, [lesson, next]: [&WindowHandle; 2], task: &str) {
    learner.goes_to(lesson).await;
    let done = format!("return !!document.querySelector('.task.done[data-task=\"{task}\"]')");
    eventually(&format!("the task {task} is ticked"), SOON, async || {
        learner.chromium.run(&done).await == true
    })
    .await;
    learner.goes_to(next).await;
}
