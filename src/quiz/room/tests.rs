//! The room's rules, one by one.

use super::*;
use crate::quiz::{
    limits::{CANDIDATES, SESSIONS_EACH, STREAMS_EACH},
    view::{AttemptView, EndedBy, RunningView},
};
use rand::{SeedableRng, rngs::StdRng};
use std::path::Path;
use time::Duration;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// A room for an open quiz of 60 s: five questions, of which an attempt draws three, and two
/// attempts for everybody.
pub(super) fn room(answer: &str) -> Room {
    let question = |number| {
        format!(
            "[[question]]\ntext = \"Q{number}\"\noptions = [\"a\", \"b\", \"c\"]\n\
             answer = \"{answer}\"\n"
        )
    };
    let questions: String = (0..5).map(question).collect();
    let text = format!(
        "title = \"T\"\nduration_seconds = 60\ndraw = 3\nattempts = 2\ncandidates = \"open\"\n\
         {questions}"
    );
    let bank = Bank::parse(&text, Path::new("q.toml")).unwrap();
    let mut room = Room::new(Arc::new(bank));
    room.learn_past(HashMap::new());
    room
}

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A new session of `who`, whose pin does not matter here.
pub(super) fn log_in(room: &mut Room, who: &str, now: OffsetDateTime, rng: &mut StdRng) -> String {
    let who = name(who);
    let entry = match room.knock(&who, now) {
        Knock::Compare { .. } => room.admit(&who, now, rng),
        Knock::Set => room.enrol(&who, "hash".into(), now, rng),
        other => panic!("{other:?}"),
    };
    match entry {
        Entry::Admitted(session) => session,
        other => panic!("{other:?}"),
    }
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn start(room: &mut Room, session: &str, now: OffsetDateTime) -> RunningView {
    match room.start(session, now, &mut rng()).unwrap() {
        Start::New(running) => running,
        other => panic!("{other:?}"),
    }
}

fn duration(seconds: i64) -> Change {
    Change {
        duration_seconds: Some(seconds),
        ..Change::default()
    }
}

#[test]
fn an_attempt_belongs_to_one_session_until_it_is_released() {
    let (mut room, rng) = (room("a"), &mut rng());
    let first = log_in(&mut room, "Ann", NOW, rng);
    let second = log_in(&mut room, "Ann", NOW, rng);
    let running = start(&mut room, &first, NOW);
    let question = &running.questions[0].id;
    assert_eq!(room.state(&second, NOW), Err(Denied::Elsewhere));
    let saved = room.save(&second, question, (Some(0), 1), NOW);
    assert_eq!(saved, Err(Denied::Elsewhere));
    assert_eq!(room.submit(&second, NOW), Err(Denied::Elsewhere));
    assert!(room.follow(&second, NOW).is_err());
    assert!(room.release(&name("Ann"), NOW));
    room.take_news();
    assert!(matches!(room.state(&second, NOW), Ok(State::There(_))));
    assert_eq!(room.take_news().taken_over.len(), 1);
    assert_eq!(room.state(&first, NOW), Err(Denied::Elsewhere));
    assert!(!room.release(&name("Bob"), NOW));
}

#[test]
fn many_logins_do_not_push_out_the_session_of_the_running_attempt() {
    let (mut room, rng) = (room("a"), &mut rng());
    let first = log_in(&mut room, "Ann", NOW, rng);
    start(&mut room, &first, NOW);
    for _ in 0..3 * SESSIONS_EACH {
        log_in(&mut room, "Ann", NOW, rng);
    }
    assert!(room.knows(&first, NOW).is_ok());
    assert_eq!(room.sessions.len(), SESSIONS_EACH);
}

#[test]
fn a_session_ends_twelve_hours_after_its_last_request() {
    let (mut room, rng) = (room("a"), &mut rng());
    let session = log_in(&mut room, "Ann", NOW, rng);
    let later = NOW + Duration::hours(11);
    assert!(room.knows(&session, later).is_ok());
    assert!(room.knows(&session, later + Duration::hours(11)).is_ok());
    let too_late = later + Duration::hours(23);
    assert_eq!(room.knows(&session, too_late), Err(Denied::Unknown));
    assert_eq!(room.state("made up", NOW), Err(Denied::Unknown));
}

#[test]
fn whoever_asks_first_after_the_deadline_finds_the_attempt_evaluated() {
    let (mut room, rng) = (room("a"), &mut rng());
    let session = log_in(&mut room, "Ann", NOW, rng);
    start(&mut room, &session, NOW);
    let state = room.state(&session, NOW + Duration::MINUTE);
    let evaluated = matches!(state, Ok(State::There(AttemptView::Evaluated(_))));
    assert!(evaluated, "{state:?}");
}

#[test]
fn a_candidate_follows_an_attempt_in_so_many_tabs_and_no_more() {
    let (mut room, rng) = (room("a"), &mut rng());
    let session = log_in(&mut room, "Ann", NOW, rng);
    start(&mut room, &session, NOW);
    for _ in 0..STREAMS_EACH {
        let follow = room.follow(&session, NOW);
        assert!(matches!(follow, Ok(Follow::Live(..))), "{follow:?}");
    }
    let follow = room.follow(&session, NOW);
    assert!(matches!(follow, Ok(Follow::TooMany)), "{follow:?}");
    let candidate = room.names[&name("Ann")];
    room.stream_closed(candidate);
    let follow = room.follow(&session, NOW);
    assert!(matches!(follow, Ok(Follow::Live(..))), "{follow:?}");
}

#[test]
fn attempts_are_counted_from_their_start_and_with_those_of_the_past() {
    let (mut room, rng) = (room("a"), &mut rng());
    room.learn_past(HashMap::from([(name("Ann"), 1)]));
    let session = log_in(&mut room, "Ann", NOW, rng);
    let running = start(&mut room, &session, NOW);
    assert_eq!(running.attempts_left, 0);
    let again = room.start(&session, NOW, rng).unwrap();
    assert!(matches!(again, Start::Running(_)));
    room.submit(&session, NOW).unwrap();
    assert_eq!(room.start(&session, NOW, rng), Ok(Start::NoneLeft));
}

#[test]
fn while_the_past_is_unknown_nobody_starts() {
    let (mut room, rng) = (room("a"), &mut rng());
    room.past = None;
    let session = log_in(&mut room, "Ann", NOW, rng);
    assert_eq!(room.start(&session, NOW, rng), Ok(Start::PastUnknown));
}

#[test]
fn a_closed_quiz_starts_nothing_and_lets_run_what_runs() {
    let (mut room, rng) = (room("a"), &mut rng());
    let (ann, bob) = (
        log_in(&mut room, "Ann", NOW, rng),
        log_in(&mut room, "Bob", NOW, rng),
    );
    start(&mut room, &ann, NOW);
    let close = Change {
        open: Some(false),
        ..Change::default()
    };
    room.change(&close, NOW).unwrap();
    assert_eq!(room.start(&bob, NOW, rng), Ok(Start::Closed));
    let again = room.start(&ann, NOW, rng).unwrap();
    assert!(matches!(again, Start::Running(_)));
}

#[test]
fn running_attempts_follow_the_parameters_at_once() {
    let (mut room, rng) = (room("a"), &mut rng());
    let ann = log_in(&mut room, "Ann", NOW, rng);
    let bob = log_in(&mut room, "Bob", NOW, rng);
    start(&mut room, &ann, NOW);
    start(&mut room, &bob, NOW);
    let extra = [("Ann", Some(30)), ("Zoe", Some(5))];
    let extra = extra.into_iter().map(|(name, extra)| (name.into(), extra));
    let more = Change {
        extra_seconds: Some(extra.collect()),
        ..Change::default()
    };
    room.change(&more, NOW).unwrap();
    let half = NOW + Duration::seconds(45);
    room.change(&duration(40), half).unwrap();
    let news = room.take_news();
    let [finished] = &news.finished[..] else {
        panic!("{:?}", news.finished);
    };
    assert_eq!((&*finished.name, finished.by), ("Bob", EndedBy::Proctor));
    assert_eq!(finished.ended_ms, 45_000);
    let Ok(State::There(AttemptView::Running(running))) = room.state(&ann, half) else {
        panic!("Ann has 25 s left");
    };
    assert_eq!(running.remaining_ms, 25_000);
}

#[test]
fn a_change_is_made_whole_or_not_at_all() {
    let mut room = room("a");
    let before = room.parameters();
    let mut change = duration(100);
    change.draw = Some(6);
    let wrong = room.change(&change, NOW).unwrap_err();
    assert_eq!(wrong.field, "draw");
    assert_eq!(room.parameters(), before);
    for wrong in [9, 86_401, i64::MIN, i64::MAX] {
        assert!(room.change(&duration(wrong), NOW).is_err(), "{wrong}");
    }
}

#[test]
fn a_result_is_pending_until_it_is_noted_as_stored() {
    let (mut room, rng) = (room("a"), &mut rng());
    let session = log_in(&mut room, "Ann", NOW, rng);
    start(&mut room, &session, NOW);
    room.settle(NOW + Duration::MINUTE);
    let finished = room.take_news().finished;
    let late = NOW + Duration::HOUR;
    let pending = |room: &mut Room| room.overview(late).attempts[0].pending;
    assert!(pending(&mut room));
    room.note_stored(&finished);
    assert!(!pending(&mut room));
    let submitted = room.submit(&session, late).unwrap().unwrap();
    assert_eq!(submitted.evaluation.by, EndedBy::Deadline);
    assert!(!submitted.evaluation.pending);
    assert!(room.take_news().finished.is_empty());
}

#[test]
fn who_finds_the_names_full_has_not_failed() {
    let (mut room, rng, ann) = (room("a"), &mut rng(), name("Ann"));
    // As many tries as are free of a pause, each with its hash still in the making.
    for _ in 0..5 {
        assert!(matches!(room.knock(&ann, NOW), Knock::Set));
    }
    for number in 0..CANDIDATES {
        room.add(name(&number.to_string()), "hash".into());
    }
    for _ in 0..5 {
        let entry = room.enrol(&ann, "hash".into(), NOW, rng);
        assert_eq!(entry, Entry::NamesFull);
    }
    assert!(matches!(room.knock(&ann, NOW), Knock::Full));
}

#[test]
fn an_unknown_name_of_a_closed_list_is_compared_in_vain() {
    let hash = crate::quiz::pin::NOBODY;
    let text = format!(
        "title = \"T\"\nduration_seconds = 60\ndraw = 1\n[[candidate]]\nname = \"Ann\"\n\
         pin_hash = \"{hash}\"\n[[question]]\ntext = \"Q\"\noptions = [\"a\", \"b\"]\n\
         answer = \"a\"\n"
    );
    let bank = Bank::parse(&text, Path::new("q.toml")).unwrap();
    let mut room = Room::new(Arc::new(bank));
    let known = |room: &mut Room, who| match room.knock(&name(who), NOW) {
        Knock::Compare { known, .. } => known,
        other => panic!("{other:?}"),
    };
    assert!(known(&mut room, "Ann"));
    assert!(!known(&mut room, "Bob"));
    assert!(room.overview(NOW).attempts.is_empty());
}
