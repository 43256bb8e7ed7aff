//! The checks of the wait-counter page and its sessions: this program passes them all, and each
//! finds the mistake that it is about.

use crate::{
    given::EXERCISES,
    support::{Folder, Mistake, WrongCopy},
};
use std::collections::BTreeSet;
use sweatbox::grading::{CHECKS, Check, Copies, Fault, Probe, Verdict};
use tokio::task::JoinSet;

/// Every mistake, and the check that has to find it.
const FOUND: &[(Mistake, &str)] = &[
    (Mistake::NoHttpOnly, "0310-flags"),
    (Mistake::NoSameSite, "0310-flags"),
    (Mistake::LivesForADay, "0310-age"),
    (Mistake::PictureCounts, "0310-foreign-image"),
    (Mistake::NewSessionEachTime, "0330-survives"),
    (Mistake::OneSessionForAll, "0330-own-session"),
    (Mistake::ExpiredCertificate, "0340-reachable"),
    (Mistake::CertificateForAnotherHost, "0340-reachable"),
    (Mistake::NoHeading, "0340-page"),
    (Mistake::OneLink, "0340-page"),
    (Mistake::BeginsAtOne, "0340-first-visit"),
    (Mistake::NeverWaits, "0340-escalates"),
    (Mistake::WaitsTooLong, "0340-escalates"),
    (Mistake::NeverResets, "0340-resets"),
    (Mistake::AnyParameterResets, "0340-ignores"),
    (Mistake::SaysUndefined, "0340-newcomer"),
    (Mistake::BeginsForOddParameters, "0340-newcomer"),
    (Mistake::StickyLink, "0340-onwards"),
    (Mistake::LosesUpdates, "0340-overlapping"),
    (Mistake::HeadCounts, "0340-head"),
    (Mistake::PlainCookieName, "0350-cookie-name"),
    (Mistake::PlainCookieName, "0350-one-browser"),
    (Mistake::SharedTable, "0350-pasted-cookie"),
    (Mistake::ReadsNoSignature, "0400-tampered"),
    (Mistake::KeyIsPort, "0400-key"),
    (Mistake::KeyIsWord, "0400-key"),
    (Mistake::AdoptsIds, "0410-unknown-id"),
    (Mistake::FormCounts, "0410-foreign-form"),
];

/// The checks that are about no exercise.
pub fn page_checks() -> impl Iterator<Item = &'static Check> {
    let is_exercise = |number| EXERCISES.iter().any(|exercise| exercise.number == number);
    CHECKS
        .iter()
        .filter(move |check| !is_exercise(check.lesson))
}

/// A way to two copies at these addresses.
pub fn copies(sandbox: &str, production: &str) -> Copies {
    let [sandbox, production] =
        [sandbox, production].map(|url| Probe::new(url.parse().unwrap()).unwrap());
    Copies {
        sandbox,
        production: Some(production),
    }
}

/// All these checks at once, since they wait a lot: the verdict of each, by its id.
pub async fn verdicts(copies: &Copies) -> Vec<(&'static str, Verdict)> {
    let mut running = JoinSet::new();
    for check in page_checks() {
        let copies = copies.clone();
        running.spawn(async move { (check.id, check.judge(&copies).await) });
    }
    running.join_all().await
}

/// Serves two copies with this mistake and lets one check judge them.
async fn judged(mistake: Mistake, id: &str) -> Verdict {
    let [one, other] = WrongCopy::start_pair(mistake);
    let check = CHECKS.iter().find(|check| check.id == id).unwrap();
    check.judge(&copies(&one.url(), &other.url())).await
}

#[tokio::test]
async fn this_program_passes_every_check() {
    let sandbox = Folder::new();
    let production = Folder::second(&sandbox);
    let (one, other) = (sandbox.serve().await, production.serve().await);
    let url = |port| format!("https://localhost:{port}/");
    let copies = copies(&url(one.port), &url(other.port));
    for (check, verdict) in verdicts(&copies).await {
        assert_eq!(verdict, Ok(()), "{check}");
    }
}

#[tokio::test]
async fn a_program_of_another_make_passes_every_check() {
    let [one, other] = WrongCopy::start_pair(Mistake::Nothing);
    for (check, verdict) in verdicts(&copies(&one.url(), &other.url())).await {
        assert_eq!(verdict, Ok(()), "{check}");
    }
}

#[tokio::test]
async fn every_check_finds_the_mistake_that_it_is_about() {
    let mut running = JoinSet::new();
    for (mistake, check) in FOUND {
        running.spawn(async move { (mistake, check, judged(*mistake, check).await) });
    }
    for (mistake, check, verdict) in running.join_all().await {
        assert!(verdict.is_err(), "{check} has not found {mistake:?}");
    }
}

#[test]
fn every_check_has_a_mistake_to_find() {
    let found: BTreeSet<_> = FOUND.iter().map(|(_, check)| *check).collect();
    let checks: BTreeSet<_> = page_checks().map(|check| check.id).collect();
    assert_eq!(found, checks);
}

#[tokio::test]
async fn a_fault_names_the_copy_and_says_what_was_asked_and_what_came() {
    let copy = WrongCopy::start(Mistake::StickyLink);
    let probe = Probe::new(copy.url().parse().unwrap()).unwrap();
    let check = CHECKS.iter().find(|check| check.id == "0340-onwards");
    let verdict = check.unwrap().judge(&Copies::single(probe)).await;
    let stuck = format!("{}?haveEnough=1", copy.url());
    let asked = format!(
        "GET /, then “I have enough!”, which leads to {stuck}, \
         then “I can wait longer.”, which leads to {stuck}"
    );
    assert_eq!(
        verdict,
        Err(Fault {
            copy: Some(copy.url()),
            asked,
            came: "“The next refresh will wait 0 seconds”".into(),
            expected: "“The next refresh will wait 1 seconds”".into(),
        })
    );
}

#[tokio::test]
async fn a_key_is_guessed_by_what_is_known_of_the_student() {
    let copy = WrongCopy::start(Mistake::KeyIsLogin);
    let anybody_s = Probe::new(copy.url().parse().unwrap()).unwrap();
    let ann_s = anybody_s.clone().of_student(&["Ann Miller", "ann.m"]);
    let check = CHECKS.iter().find(|check| check.id == "0400-key").unwrap();
    assert_eq!(check.judge(&Copies::single(anybody_s)).await, Ok(()));
    let fault = check.judge(&Copies::single(ann_s)).await.unwrap_err();
    assert!(fault.came.contains("“ann.m”"), "{fault:?}");
}

#[tokio::test]
async fn a_check_of_neighbours_applies_to_two_copies_only() {
    let copy = WrongCopy::start(Mistake::Nothing);
    let probe = Probe::new(copy.url().parse().unwrap()).unwrap();
    let alone = Copies::single(probe.clone());
    let both = Copies {
        production: Some(probe),
        ..alone.clone()
    };
    let of_pairs = page_checks().filter(|check| !check.applies(&alone));
    let ids: Vec<_> = of_pairs.map(|check| check.id).collect();
    assert_eq!(ids, ["0350-one-browser", "0350-pasted-cookie"]);
    assert!(page_checks().all(|check| check.applies(&both)));
}
