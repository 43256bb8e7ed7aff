//! The promises of the quiz, under whatever order of events proptest can think of.
//!
//! Candidates with two browsers and two tabs each log in, start, answer, lose acknowledgements,
//! ask again, come back, submit; the proctor changes the rules; time jumps, best of all onto a
//! deadline. Beside the room runs a model of what was acknowledged, and nothing else.

mod world;

use proptest::{collection::vec, prelude::*};
use world::World;

/// Something that happens. Sessions and tabs are numbers, taken modulo what there is.
#[derive(Debug, Clone)]
enum Event {
    LogIn(usize),
    Start(usize),
    Answer {
        tab: usize,
        question: usize,
        option: Option<usize>,
        acknowledgement_lost: bool,
    },
    AskAgain(usize),
    ComeBack(usize),
    Submit(usize),
    Follow(usize),
    Leave(usize),
    Wait(i64),
    WaitForDeadline(i64),
    Duration(i64),
    Extra(usize, Option<i64>),
    Open(bool),
    Release(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let answer = (
        0..12_usize,
        0..3_usize,
        prop::option::of(0..4_usize),
        any::<bool>(),
    );
    let answer = answer.prop_map(
        |(tab, question, option, acknowledgement_lost)| Event::Answer {
            tab,
            question,
            option,
            acknowledgement_lost,
        },
    );
    prop_oneof![
        2 => (0..3_usize).prop_map(Event::LogIn),
        4 => (0..6_usize).prop_map(Event::Start),
        16 => answer,
        4 => (0..12_usize).prop_map(Event::AskAgain),
        4 => (0..12_usize).prop_map(Event::ComeBack),
        1 => (0..6_usize).prop_map(Event::Submit),
        1 => (0..6_usize).prop_map(Event::Follow),
        1 => (0..3_usize).prop_map(Event::Leave),
        3 => (0..30_000_i64).prop_map(Event::Wait),
        1 => (-1..=1_i64).prop_map(Event::WaitForDeadline),
        1 => (10..200_i64).prop_map(Event::Duration),
        1 => (0..3_usize, prop::option::of(-60..60_i64)).prop_map(|(who, n)| Event::Extra(who, n)),
        1 => any::<bool>().prop_map(Event::Open),
        1 => (0..3_usize).prop_map(Event::Release),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_is_lost_none_is_late_and_every_attempt_is_evaluated_once(
        events in vec(event(), 1..120),
    ) {
        let mut world = World::new("a");
        events.into_iter().for_each(|event| world.happen(event));
        world.happen(Event::Wait(1_000_000));
        prop_assert_eq!(world.started, world.finished.len());
    }

    #[test]
    fn what_is_told_before_an_evaluation_does_not_depend_on_what_is_right(
        events in vec(event(), 1..60),
    ) {
        let told = |answer| {
            let mut world = World::new(answer);
            events.iter().cloned().for_each(|event| world.happen(event));
            world.told
        };
        prop_assert_eq!(told("a"), told("c"));
    }
}
