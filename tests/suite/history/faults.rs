//! The history checker: what writers sent and were told, against what is there.
//!
//! A list to which numbers are appended shows every write and the order of them all, so one look
//! at it tells more than a counter would (as in Jepsen's list-append tests).

/// One append, as its writer saw it. Moments are counted, not measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Append {
    pub(super) number: u32,
    pub(super) sent: u64,
    /// When it was acknowledged; `None` when no answer came, and it may or may not have been made.
    pub(super) answered: Option<u64>,
}

/// What must not be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It was acknowledged and is not there.
    Lost(u32),
    /// It is there and nobody sent it.
    Invented(u32),
    /// It is there more than once.
    Doubled(u32),
    /// The second was sent after the first was acknowledged, and comes before it.
    Reordered(u32, u32),
}

/// All that is wrong with a list that was `found`, to which `history` was appended.
pub(super) fn faults(history: &[Append], found: &[u32]) -> Vec<Fault> {
    let place = |number: u32| found.iter().position(|other| *other == number);
    let mut faults = Vec::new();
    for (at, number) in found.iter().copied().enumerate() {
        if !history.iter().any(|append| append.number == number) {
            faults.push(Fault::Invented(number));
        } else if place(number) != Some(at) {
            faults.push(Fault::Doubled(number));
        }
    }
    for append in history {
        let Some(answered) = append.answered else {
            continue;
        };
        let Some(first) = place(append.number) else {
            faults.push(Fault::Lost(append.number));
            continue;
        };
        let later = history.iter().filter(|other| other.sent > answered);
        let before = later.filter(|later| place(later.number).is_some_and(|at| at < first));
        faults.extend(before.map(|later| Fault::Reordered(append.number, later.number)));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(number: u32, sent: u64, answered: Option<u64>) -> Append {
        Append {
            number,
            sent,
            answered,
        }
    }

    /// 7, then 8 and 9 at the same time, then one without an answer.
    fn history() -> [Append; 4] {
        [
            append(7, 0, Some(1)),
            append(8, 2, Some(5)),
            append(9, 3, Some(4)),
            append(10, 6, None),
        ]
    }

    #[test]
    fn what_was_at_work_at_the_same_time_may_come_in_any_order() {
        assert!(faults(&history(), &[7, 8, 9]).is_empty());
        assert!(faults(&history(), &[7, 9, 8]).is_empty());
    }

    #[test]
    fn what_was_not_answered_may_be_there_or_not() {
        assert!(faults(&history(), &[7, 8, 9, 10]).is_empty());
    }

    #[test]
    fn a_lost_write_is_found() {
        assert_eq!(faults(&history(), &[7, 9]), [Fault::Lost(8)]);
        let all_lost = [Fault::Lost(7), Fault::Lost(8), Fault::Lost(9)];
        assert_eq!(faults(&history(), &[]), all_lost);
    }

    #[test]
    fn an_invented_write_is_found() {
        assert_eq!(faults(&history(), &[7, 8, 9, 11]), [Fault::Invented(11)]);
    }

    #[test]
    fn a_write_that_was_made_twice_is_found() {
        assert_eq!(faults(&history(), &[7, 8, 9, 8]), [Fault::Doubled(8)]);
    }

    #[test]
    fn a_write_that_went_back_in_time_is_found() {
        let before = [Fault::Reordered(7, 8)];
        assert_eq!(faults(&history(), &[8, 7, 9]), before);
    }
}
