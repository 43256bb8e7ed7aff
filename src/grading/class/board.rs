//! The board: what is known of each student so far, whatever is still to come.

use super::{Class, Criterion, Crosstalk, Graded, Outcome, State, criteria::How};
use crate::{
    grading::{Fault, Verdict},
    roster::Student,
};
use tokio::sync::mpsc::UnboundedSender;

/// Something that was found out. Students and criteria are named by their places.
#[derive(Debug)]
pub(super) enum Found {
    /// Whether both copies of a student answer.
    Reached(usize, Verdict),
    /// How a criterion came out.
    Judged(usize, usize, Verdict),
    /// A student's time is over; what was not judged by then is not passed.
    OutOfTime(usize),
    /// So many browsers visit so many copies.
    Browsers(usize, usize),
}

/// Where what was found is sent. Without a bound, but a run has only so much to tell.
pub(super) type Tell = UnboundedSender<Found>;

/// What is known.
#[derive(Debug)]
pub(super) struct Board {
    seats: Vec<Seat>,
    visited: Option<(usize, usize)>,
}

/// What is known of one student.
#[derive(Debug, Default)]
struct Seat {
    reached: Option<Verdict>,
    verdicts: Vec<Option<Verdict>>,
}

impl Board {
    pub(super) fn of(class: &Class) -> Self {
        let seat = |_| Seat {
            reached: None,
            verdicts: vec![None; class.profile.criteria.len()],
        };
        Self {
            seats: class.students.iter().map(seat).collect(),
            visited: None,
        }
    }

    pub(super) fn note(&mut self, class: &Class, found: Found) {
        match found {
            Found::Reached(seat, verdict) => self.seats[seat].reached = Some(verdict),
            Found::Judged(seat, criterion, verdict) => {
                self.seats[seat].verdicts[criterion] = Some(verdict);
            }
            Found::OutOfTime(seat) => {
                let verdicts = self.seats[seat].verdicts.iter_mut();
                let checks = verdicts.zip(&class.profile.criteria);
                for (verdict, _) in checks.filter(|(_, criterion)| is_check(criterion)) {
                    verdict.get_or_insert_with(|| Err(out_of_time(class)));
                }
            }
            Found::Browsers(browsers, copies) => self.visited = Some((browsers, copies)),
        }
    }

    /// Whether it is known of everybody if the copies answer.
    pub(super) fn knows_who_is_there(&self) -> bool {
        self.seats.iter().all(|seat| seat.reached.is_some())
    }

    /// Those whose copies answer.
    pub(super) fn present(&self) -> Vec<usize> {
        let is_there = |&seat: &usize| matches!(self.seats[seat].reached, Some(Ok(())));
        (0..self.seats.len()).filter(is_there).collect()
    }

    /// What it comes to.
    pub(super) fn close(self, class: &Class) -> (Vec<Graded>, Option<Crosstalk>) {
        let seats = class.students.iter().zip(self.seats);
        let graded: Vec<_> = seats
            .map(|(student, seat)| seat.close(student, class))
            .collect();
        let crosstalk = self.visited.map(|(browsers, copies)| Crosstalk {
            browsers,
            copies,
            jar: class.limits.jar,
            mixed_up: mixed_up(class, &graded),
        });
        (graded, crosstalk)
    }
}

impl Seat {
    fn close(self, student: &Student, class: &Class) -> Graded {
        let criteria = &class.profile.criteria;
        let (state, outcomes): (_, Vec<Outcome>) = match self.reached {
            None => (State::Stopped, Vec::new()),
            Some(Err(fault)) => {
                let outcome = |one: &Criterion| one.outcome(Err(fault.clone()));
                (State::Unreachable, criteria.iter().map(outcome).collect())
            }
            Some(Ok(())) => {
                let known = criteria.iter().zip(self.verdicts);
                let known = known.filter_map(|(one, verdict)| Some(one.outcome(verdict?)));
                let known: Vec<_> = known.collect();
                match known.len() == criteria.len() {
                    true => (State::Graded, known),
                    false => (State::Stopped, known),
                }
            }
        };
        Graded::new(student, class.profile.points, state, outcomes)
    }
}

fn is_check(criterion: &Criterion) -> bool {
    matches!(criterion.how, How::Check(_))
}

fn out_of_time(class: &Class) -> Fault {
    let seconds = class.limits.student.as_secs();
    Fault::new(
        "all checks of this student",
        format!("no end within {seconds} seconds; this one was not judged by then"),
        "each answer within a second or so",
    )
}

/// Those who answer and whose counters are not their own.
fn mixed_up(class: &Class, graded: &[Graded]) -> Vec<String> {
    let criteria = class.profile.criteria.iter();
    let mut shared = criteria.filter(|one| matches!(one.how, How::SharedJar));
    let Some(shared) = shared.next() else {
        return Vec::new();
    };
    let is_mixed_up = |one: &&Graded| {
        let mut failed = one.checks.iter().filter(|check| !check.passed);
        one.state != State::Unreachable && failed.any(|check| check.check == shared.id)
    };
    let mixed_up = graded.iter().filter(is_mixed_up);
    mixed_up.map(|one| one.student.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        grading::class::{Limits, Profile},
        identity::Port,
    };
    use std::time::Duration;

    fn class(students: u16) -> Class {
        let student = |number: u16| Student {
            student: format!("s{number}"),
            name: String::new(),
            email: String::new(),
            host: "localhost".into(),
            sandbox: Port::new(2 * number + 1).unwrap(),
            production: Port::new(2 * number + 2).unwrap(),
        };
        let mut profile = Profile::usual(false);
        // Two checks, and the browser that is shared.
        profile.criteria.drain(2..profile.criteria.len() - 1);
        profile.criteria.iter_mut().for_each(|one| one.weight = 1);
        Class {
            students: (0..students).map(student).collect(),
            profile,
            limits: Limits {
                jobs: 1,
                jar: 80,
                student: Duration::from_secs(7),
            },
            database: None,
        }
    }

    fn fault() -> Fault {
        Fault::new("GET /", "nothing", "an answer")
    }

    #[test]
    fn whoever_was_not_judged_to_the_end_is_stopped_and_has_no_score() {
        let class = class(4);
        let mut board = Board::of(&class);
        for found in [
            Found::Reached(0, Ok(())),
            Found::Judged(0, 0, Ok(())),
            Found::Judged(0, 1, Err(fault())),
            Found::Judged(0, 2, Ok(())),
            Found::Reached(1, Err(fault())),
            Found::Reached(2, Ok(())),
            Found::Judged(2, 1, Ok(())),
        ] {
            board.note(&class, found);
        }
        assert!(!board.knows_who_is_there());
        assert_eq!(board.present(), [0, 2]);
        let (graded, crosstalk) = board.close(&class);
        let states: Vec<_> = graded.iter().map(|one| one.state).collect();
        let [stopped, not_begun] = [State::Stopped; 2];
        assert_eq!(
            states,
            [State::Graded, State::Unreachable, stopped, not_begun]
        );
        let scores: Vec<_> = graded.iter().map(Graded::final_score).collect();
        assert_eq!(scores, [Some(66.67), Some(0.0), None, None]);
        assert_eq!(graded[1].checks.len(), 3);
        assert_eq!(graded[2].checks.len(), 1);
        assert_eq!(crosstalk, None);
    }

    #[test]
    fn what_was_not_judged_in_time_is_not_passed() {
        let class = class(1);
        let mut board = Board::of(&class);
        for found in [
            Found::Reached(0, Ok(())),
            Found::Judged(0, 1, Ok(())),
            Found::OutOfTime(0),
            Found::Browsers(1, 2),
            Found::Judged(0, 2, Err(fault())),
        ] {
            board.note(&class, found);
        }
        let (graded, crosstalk) = board.close(&class);
        assert_eq!(graded[0].state, State::Graded);
        assert_eq!(graded[0].score, 33.33);
        let late = graded[0].checks[0].fault.as_ref().unwrap();
        assert!(late.came.starts_with("no end within 7 seconds"), "{late:?}");
        assert_eq!(crosstalk.unwrap().mixed_up, ["s0"]);
    }
}
