//! The exercises and their checks: the stub passes none, the solution all, and each check
//! rejects something that is wrong.

mod command;
mod tasks;

use crate::{
    given::EXERCISES,
    solutions::{
        RIGHT, e0345_cart,
        wrong::{WRONG, Wrong},
    },
    support::{TestApp, TestClock, catalog},
};
use axum::Router;
use std::{collections::BTreeSet, fs, time::Duration};
use sweatbox::{
    config::StoreSetup,
    grading::{CHECKS, Check, Copies, Probe, Verdict},
    sandbox::Sandbox,
};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

/// A copy with an exercise, and a clock that goes: the times of two visits are to differ.
struct Judged {
    // Kept, since its folder goes with it.
    _app: TestApp,
    copies: Copies,
    clock: JoinHandle<()>,
}

impl Judged {
    async fn serve(routes: Router<Sandbox>) -> Self {
        let app = TestApp::serving(StoreSetup::Memory, routes).await;
        let base = format!("https://localhost:{}/", app.port);
        Self {
            copies: Copies::single(Probe::new(base.parse().unwrap()).unwrap()),
            clock: tokio::spawn(keep_going(app.clock.clone())),
            _app: app,
        }
    }

    async fn by(&self, check: &Check) -> Verdict {
        check.judge(&self.copies).await
    }
}

impl Drop for Judged {
    fn drop(&mut self) {
        self.clock.abort();
    }
}

async fn keep_going(clock: TestClock) {
    let mut last = Instant::now();
    loop {
        sleep(Duration::from_millis(10)).await;
        let now = Instant::now();
        clock.advance((now - last).try_into().unwrap());
        last = now;
    }
}

fn checks_of(lesson: u16) -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().filter(move |check| check.lesson == lesson)
}

#[tokio::test]
async fn every_check_fails_on_the_stub_and_says_that_it_is_one() {
    for exercise in EXERCISES {
        let copy = Judged::serve((exercise.router)()).await;
        assert!(checks_of(exercise.number).count() > 0, "{}", exercise.file);
        for check in checks_of(exercise.number) {
            let fault = copy.by(check).await.expect_err(check.id);
            assert!(fault.came.contains("501 Not Implemented"), "{fault:?}");
            assert!(fault.came.contains("This is yours to write"), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn every_check_passes_on_the_solution() {
    let solved: Vec<_> = RIGHT.iter().map(|(number, _)| *number).collect();
    let asked: Vec<_> = EXERCISES.iter().map(|exercise| exercise.number).collect();
    assert_eq!(solved, asked);
    for (number, routes) in RIGHT {
        let copy = Judged::serve(routes()).await;
        for check in checks_of(*number) {
            assert_eq!(copy.by(check).await, Ok(()), "{}", check.id);
        }
    }
}

#[tokio::test]
async fn every_wrong_solution_is_rejected_by_the_check_that_is_about_its_mistake() {
    for Wrong {
        file,
        router,
        rejected_by,
    } in WRONG
    {
        let copy = Judged::serve(router()).await;
        let check = CHECKS.iter().find(|check| check.id == *rejected_by);
        let verdict = copy.by(check.unwrap()).await;
        let fault = verdict.expect_err(file);
        // For its own mistake, and not because it does not work at all.
        assert!(!fault.came.starts_with('5'), "{file}: {fault:?}");
    }
}

#[test]
fn every_check_rejects_a_wrong_solution_and_every_file_is_one() {
    let used: BTreeSet<_> = WRONG.iter().map(|wrong| wrong.rejected_by).collect();
    let exercises = EXERCISES.iter();
    let checks = exercises.flat_map(|exercise| checks_of(exercise.number));
    let checks: BTreeSet<_> = checks.map(|check| check.id).collect();
    assert_eq!(used, checks);
    let listed: BTreeSet<_> = WRONG
        .iter()
        .map(|wrong| format!("{}.rs", wrong.file))
        .collect();
    let there = fs::read_dir("tests/solutions/wrong").unwrap();
    let there = there.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<_> = there.filter(|name| name != "mod.rs").collect();
    assert_eq!(listed, there);
}

#[test]
fn every_check_leads_to_a_heading_of_its_walkthrough() {
    for check in CHECKS {
        let lesson = catalog().find(|lesson| lesson.number == check.lesson);
        let lesson = lesson.unwrap_or_else(|| panic!("{}: no such lesson", check.id));
        let text = fs::read_to_string(format!("lessons/{}", lesson.file)).unwrap();
        let heading = format!("\n## {}\n", check.section);
        assert!(text.contains(&heading), "{} has no {heading}", lesson.file);
        assert!(check.id.starts_with(&lesson.digits()), "{}", check.id);
    }
}

#[tokio::test]
async fn a_cart_is_still_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let setup = || StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite"));
    let first = TestApp::serving(setup(), e0345_cart::router()).await;
    let visitor = first.visitor();
    let order = [("article", "towel"), ("quantity", "2")];
    visitor.submit("/0345/items", &order).await.expect(303);
    let cookie = visitor.cookie(first.cookie_name()).unwrap();
    drop(visitor);
    first.stopping.cancel();
    first.server.await.unwrap().unwrap();

    let second = TestApp::serving(setup(), e0345_cart::router()).await;
    let visitor = second.visitor();
    visitor.plant(second.cookie_name(), &cookie);
    let page = visitor.get("/0345").await.expect(200).text;
    assert!(
        page.contains(r#"data-article="towel" data-quantity="2""#),
        "{page}"
    );
}
