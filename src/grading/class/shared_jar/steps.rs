//! What a shared browser does at each copy in each of its turns.
//!
//! Copies that are visited side by side are brought to different numbers, and some are reset
//! in between: a counter that were somebody else's could not agree by chance.

use crate::grading::checks::wait_page::{ENOUGH, PATH};

/// A visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The link “I have enough!”.
    Reset,
    /// The page itself, which waits and counts.
    Refresh,
}

/// So many turns.
pub(super) const ROUNDS: usize = 6;

impl Step {
    /// What is asked for.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Reset => ENOUGH,
            Self::Refresh => PATH,
        }
    }

    /// The number that the page shows afterwards, if it showed `before`.
    pub(super) fn after(self, before: u64) -> u64 {
        match self {
            Self::Reset => 0,
            Self::Refresh => before + 1,
        }
    }
}

/// What is done at the copy `index` of a browser in turn `round`, if anything.
pub(super) fn step(round: usize, index: usize) -> Option<Step> {
    match round {
        0 => Some(Step::Reset),
        2 => (index % 2 == 1).then_some(Step::Reset),
        4 => (index % 4 >= 2).then_some(Step::Refresh),
        _ => Some(Step::Refresh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that the copy shows in the six turns.
    fn shown(index: usize) -> Vec<u64> {
        let steps = (0..ROUNDS).map(|round| step(round, index));
        let shown = steps.scan(0, |number, step| {
            *number = step.map_or(*number, |step| step.after(*number));
            Some(*number)
        });
        shown.collect()
    }

    #[test]
    fn the_copies_of_a_student_and_of_the_next_come_to_different_numbers() {
        let rows: Vec<_> = (0..4).map(shown).collect();
        assert_eq!(rows[0], [0, 1, 1, 2, 2, 3]);
        assert_eq!(rows[1], [0, 1, 0, 1, 1, 2]);
        assert_eq!(rows[2], [0, 1, 1, 2, 3, 4]);
        assert_eq!(rows[3], [0, 1, 0, 1, 2, 3]);
    }

    #[test]
    fn a_look_never_waits_longer_than_an_answer_may_take() {
        for index in 0..8 {
            assert!(shown(index).iter().max() <= Some(&4));
        }
    }
}
