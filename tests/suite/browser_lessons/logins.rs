//! Lesson 0410: attacks on a login, the last of them from a second copy.

use crate::support::{Folder, Learner};
use fantoccini::Locator;

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_tasks_of_0410_can_be_done() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let learner = Learner::of(&copy).await;
    learner.open("0410").await;
    learner.has_not_done("old-id").await;
    follow_the_planted_link(&learner).await;
    log_in(&learner, "Log in, keep the id").await;
    learner.has_not_done("old-id").await;
    learner.click("see what the attacker sees").await;
    learner
        .sees("Whoever has this id is logged in as Ann.")
        .await;
    learner.has_done("old-id").await;

    learner.click("Back to your own page").await;
    follow_the_planted_link(&learner).await;
    log_in(&learner, "Log in, new id").await;
    learner.has_not_done("new-id").await;
    learner.press("see what the attacker sees").await;
    learner
        .sees("There is no session with this id any more.")
        .await;
    learner.has_done("new-id").await;
    learner.click("Back to your own page").await;

    learner.has_not_done("back-again").await;
    let told = log_out_during(&learner, "A slow page that writes back what it read").await;
    assert!(told.contains("you are logged in again"), "{told}");
    learner.has_done("back-again").await;
    learner.load().await;
    learner.sees("You are logged in as Ann.").await;

    learner.has_not_done("stays-out").await;
    let told = log_out_during(&learner, "A slow page that looks again").await;
    assert!(told.contains("you stay logged out"), "{told}");
    learner.has_done("stays-out").await;
    learner.load().await;
    learner.sees("You are not logged in.").await;

    log_in(&learner, "Log in, new id").await;
    attack_from_another_port(&learner, copy.port).await;
    learner.load().await;
    learner.sees("You are logged in as Mallory.").await;
    learner.chromium.close().await;
}

/// Begins as the attacker, and goes on as the victim.
async fn follow_the_planted_link(learner: &Learner) {
    learner.press("Play the attacker").await;
    learner.click("“Look at these pictures!”").await;
    learner.sees("You came by the attacker's link").await;
}

async fn log_in(learner: &Learner, way: &str) {
    learner.write("#name", "Ann").await;
    learner.press(way).await;
    learner.sees("You are logged in as Ann.").await;
}

/// Logs out while a slow page is on its way in another tab; what that one says.
async fn log_out_during(learner: &Learner, slow_page: &str) -> String {
    // Once there is a tab, its request is on its way, and the logout comes after it.
    let slow_page = learner.open_tab(slow_page).await;
    learner.click("Log out").await;
    learner.sees("You are not logged in.").await;
    learner.read_tab(slow_page).await
}

/// Tries both buttons of a second copy's page, of which the copy on `port` refuses one.
async fn attack_from_another_port(learner: &Learner, port: u16) {
    let folder = Folder::new();
    let other = folder.serve().await;
    let page = &learner.chromium.page;
    let foreign = format!("https://localhost:{}/0410/elsewhere", other.port);
    let foreign = learner.leave_for(&foreign).await;
    let field = page.find(Locator::Css("#port")).await.unwrap();
    field.send_keys(&port.to_string()).await.unwrap();
    let make = learner.chromium.labelled("Make the page").await;
    make.click().await.unwrap();

    let told = prize(learner, "Get the prize, by POST").await;
    assert!(told.contains("another origin"), "{told}");
    learner.come_back().await;
    learner.has_not_done("other-port").await;
    learner.load().await;
    learner.sees("You are logged in as Ann.").await;

    page.switch_to_window(foreign).await.unwrap();
    let told = prize(learner, "Get the prize, by GET").await;
    assert!(told.contains("You are now logged in as Mallory."), "{told}");
    learner.come_back().await;
    learner.has_done("other-port").await;
}

/// Presses a button of the foreign page; what the answer in its new tab says.
async fn prize(learner: &Learner, button: &str) -> String {
    let button = learner.chromium.labelled(button).await;
    let press = async || button.click().await.unwrap();
    let answer = learner.tab_opened_by(press).await;
    learner.read_tab(answer).await
}
