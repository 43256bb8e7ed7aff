//! The attempt's rules, one by one; `room/properties/` mixes them at random.

use super::*;
use rand::{SeedableRng, rngs::StdRng};
use std::{collections::HashSet, path::Path};
use time::Duration;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
const MINUTE: Duration = Duration::MINUTE;

fn attempt(seed: u64) -> Attempt {
    let question = |number| {
        format!(
            "[[question]]\ntext = \"Q{number}\"\noptions = [\"a\", \"b\", \"c\"]\n\
             answer = \"b\"\n"
        )
    };
    let questions: String = (0..9).map(question).collect();
    let text = format!(
        "title = \"T\"\nduration_seconds = 60\ndraw = 3\ncandidates = \"open\"\n{questions}"
    );
    let bank = Bank::parse(&text, Path::new("q.toml")).unwrap();
    let rng = &mut StdRng::seed_from_u64(seed);
    Attempt::start(Arc::new(bank), 3, (NOW, NOW + MINUTE), rng)
}

/// The index of the option `text` of the question at `place`.
fn option(attempt: &Attempt, place: usize, text: &str) -> Option<usize> {
    let question = &attempt.questions()[place];
    question.options.iter().position(|option| option == text)
}

#[test]
fn every_attempt_has_its_own_questions_order_and_ids() {
    let shown = |seed| {
        let question = |view: QuestionView| (view.text, view.options);
        let questions = attempt(seed).questions().into_iter();
        questions.map(question).collect::<Vec<_>>()
    };
    let different: HashSet<_> = (0..20).map(shown).collect();
    assert!(different.len() > 15);
    for seed in 0..20 {
        let texts: HashSet<_> = shown(seed).into_iter().map(|(text, _)| text).collect();
        assert_eq!(texts.len(), 3, "a question was drawn twice");
    }
    let id = |seed: u64| attempt(seed).questions()[0].id.clone();
    assert_ne!(id(1), id(2));
}

#[test]
fn the_right_options_count_and_the_others_do_not() {
    let mut attempt = attempt(1);
    let ids: Vec<_> = attempt
        .questions()
        .into_iter()
        .map(|view| view.id)
        .collect();
    for (place, text) in [(0, "b"), (1, "a")] {
        let (given, revision) = (option(&attempt, place, text), attempt.revision() + 1);
        let saved = attempt.save(&ids[place], given, revision, NOW);
        assert_eq!(saved, Saved::Accepted);
    }
    assert!(attempt.submit(NOW));
    let ending = attempt.ending().unwrap();
    assert_eq!((ending.score, ending.by), (1, EndedBy::Submit));
    let given: Vec<_> = attempt
        .marked()
        .unwrap()
        .iter()
        .map(|marked| marked.given)
        .collect();
    assert_eq!(given[2], None);
}

#[test]
fn of_two_tabs_the_larger_state_wins_and_a_repeated_answer_changes_nothing() {
    let mut attempt = attempt(1);
    let questions = attempt.questions();
    let (first, second) = (&questions[0].id, &questions[1].id);
    assert_eq!(attempt.save(first, Some(0), 1, NOW), Saved::Accepted);
    assert_eq!(attempt.save(first, Some(0), 1, NOW), Saved::Repeated);
    assert_eq!(attempt.save(first, Some(1), 1, NOW), Saved::Stale);
    assert_eq!(attempt.save(second, Some(0), 1, NOW), Saved::Stale);
    assert_eq!(attempt.save(second, Some(0), 0, NOW), Saved::Stale);
    assert_eq!(attempt.save(second, Some(0), 7, NOW), Saved::Accepted);
    assert_eq!(attempt.save(first, Some(0), 1, NOW), Saved::Stale);
    assert_eq!(attempt.save(first, None, 8, NOW), Saved::Accepted);
    assert_eq!(attempt.answers(), Answers::from([(second.clone(), 0)]));
    assert_eq!(attempt.revision(), 8);
}

#[test]
fn what_does_not_exist_is_refused_and_changes_nothing() {
    let mut attempt = attempt(1);
    let id = attempt.questions()[0].id.clone();
    assert_eq!(attempt.save("x", Some(0), 1, NOW), Saved::NoSuchQuestion);
    assert_eq!(attempt.save(&id, Some(3), 1, NOW), Saved::NoSuchOption);
    let saved = attempt.save(&id, Some(0), REVISION + 1, NOW);
    assert_eq!(saved, Saved::TooFar);
    assert_eq!((attempt.revision(), attempt.answered()), (0, 0));
}

#[test]
fn an_answer_at_the_instant_of_the_deadline_is_late_whoever_comes_first() {
    let deadline = NOW + MINUTE;
    let outcome = |settle_first: bool| {
        let mut attempt = attempt(1);
        let id = attempt.questions()[0].id.clone();
        let right = option(&attempt, 0, "b");
        if settle_first {
            assert!(attempt.settle(deadline));
        }
        assert_eq!(attempt.save(&id, right, 1, deadline), Saved::Over);
        attempt.settle(deadline);
        attempt.ending().unwrap()
    };
    assert_eq!(outcome(true), outcome(false));
    assert_eq!(outcome(true).score, 0);
    let mut attempt = attempt(1);
    let id = attempt.questions()[0].id.clone();
    let just_before = deadline - Duration::NANOSECOND;
    let saved = attempt.save(&id, Some(0), 1, just_before);
    assert_eq!(saved, Saved::Accepted);
}

#[test]
fn a_submit_at_the_instant_of_the_deadline_or_later_is_the_deadline_s() {
    for late in [Duration::ZERO, Duration::HOUR] {
        let mut attempt = attempt(1);
        assert!(attempt.submit(NOW + MINUTE + late));
        let ending = attempt.ending().unwrap();
        assert_eq!((ending.at, ending.by), (NOW + MINUTE, EndedBy::Deadline));
        assert!(!attempt.submit(NOW + Duration::DAY));
        assert_eq!(attempt.ending(), Some(ending));
    }
}

#[test]
fn a_moved_deadline_counts_at_once_and_never_wakes_what_has_ended() {
    let mut attempt = attempt(1);
    assert!(!attempt.move_deadline(NOW + MINUTE * 3, NOW));
    assert!(!attempt.settle(NOW + MINUTE * 2));
    assert!(attempt.move_deadline(NOW - MINUTE, NOW + MINUTE * 2));
    let ending = attempt.ending().unwrap();
    assert_eq!((ending.at, ending.by), (NOW + MINUTE * 2, EndedBy::Proctor));
    assert_eq!(attempt.deadline(), NOW);
    assert!(!attempt.move_deadline(NOW + Duration::DAY, NOW + MINUTE * 2));
    assert_eq!(attempt.ending(), Some(ending));
}
