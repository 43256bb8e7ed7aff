//! The lessons in a real browser: every task done by mouse and keyboard, and ticked live.

mod first_sessions;
mod layers;
mod logins;
mod races;
mod secrets;
mod stores;
mod without_sessions;

use crate::support::{Chromium, Folder, Learner, catalog};
use fantoccini::Locator;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn one_learner_s_ticks_are_not_another_s() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let [ann, bob] = [Learner::of(&copy).await, Learner::of(&copy).await];
    ann.open("0300").await;
    bob.open("0300").await;
    ann.click("Visit again").await;
    ann.click("Visit again").await;
    ann.has_done("forgotten").await;
    bob.has_not_done("forgotten").await;
    let seen = "return document.querySelector('[data-xray-records]').textContent";
    assert!(
        ann.chromium
            .run(seen)
            .await
            .to_string()
            .contains("/0300?again")
    );
    assert!(
        !bob.chromium
            .run(seen)
            .await
            .to_string()
            .contains("/0300?again")
    );
    for learner in [ann, bob] {
        learner.chromium.close().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn every_lesson_reads_and_its_endpoint_works_without_scripts() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let chromium = Chromium::without_scripts().await;
    let base = format!("https://localhost:{}", copy.port);
    for lesson in catalog() {
        chromium
            .open(&format!("{base}/lessons/{}", lesson.digits()))
            .await;
        assert!(chromium.text("h1").await.starts_with(&lesson.digits()));
        // A link with a target: the frame needs no script.
        let link = chromium
            .page
            .find(Locator::Css(".live a.main"))
            .await
            .unwrap();
        link.click().await.unwrap();
        chromium.page.enter_frame(0).await.unwrap();
        let heading = chromium
            .page
            .wait()
            .at_most(SOON)
            .for_element(Locator::Css("h1"))
            .await;
        assert!(!heading.unwrap().text().await.unwrap().is_empty());
        if lesson.number == 320 {
            assert!(chromium.text("main").await.contains("need scripts"));
        }
        chromium.page.enter_parent_frame().await.unwrap();
    }
    chromium.open(&format!("{base}/0300")).await;
    chromium.follow("Let the links remember").await;
    chromium.follow("Visit again").await;
    assert!(chromium.text("main").await.contains("visit 2"));
    chromium.open(&format!("{base}/xray")).await;
    assert_eq!(chromium.text("h1").await, "X-ray");
    chromium.close().await;
}
