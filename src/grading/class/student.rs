//! One student: are the copies there, and how do they stand each check?

use super::{
    Class, Criterion, Event, Limits, Watch,
    board::{Found, Tell},
    criteria::How,
};
use crate::{
    grading::{Check, Copies, Fault, Probe, Verdict, caught},
    identity::Port,
    roster::Student,
};
use reqwest::Url;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    join,
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// So many students' copies are looked for at once. Many may be down, and each of those takes
/// its time to say so.
const LOOKED_FOR: usize = 250;
/// A copy that is not there is asked once more after this.
const SECOND_LOOK: Duration = Duration::from_secs(1);
/// So many checks of one student at once: most of them wait for a page that is told to wait.
const CHECKS: usize = 6;

/// How many may do the same thing at once.
#[derive(Debug, Clone)]
pub(super) struct Gates {
    looking: Arc<Semaphore>,
    judging: Arc<Semaphore>,
}

impl Gates {
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            looking: Arc::new(Semaphore::new(LOOKED_FOR)),
            judging: Arc::new(Semaphore::new(limits.jobs)),
        }
    }
}

/// Judges the student at `seat`, and tells what is found as it is.
pub(super) async fn judge(class: Arc<Class>, seat: usize, gates: Gates, watch: Watch, tell: Tell) {
    let student = &class.students[seat];
    let (login, name) = (student.student.clone(), student.called().to_owned());
    let looked = {
        let _place = gates.looking.acquire().await;
        look(student).await
    };
    // A copy that is down has no place among those that are judged, and so keeps nobody out.
    let reached = looked.as_ref().map(|_| ()).map_err(Fault::clone);
    let _ = tell.send(Found::Reached(seat, reached));
    let copies = match looked {
        Ok(copies) => copies,
        Err(fault) => {
            return watch(Event::Ended {
                student: login,
                name,
                outcome: format!("unreachable: {}", fault.came),
            });
        }
    };
    let _place = gates.judging.acquire().await;
    watch(Event::Began {
        student: login.clone(),
        name: name.clone(),
    });
    let outcome = check_all(&class, seat, &copies, &tell).await;
    watch(Event::Ended {
        student: login,
        name,
        outcome,
    });
}

/// The two copies, if both answer, whatever it is. They are asked at the same time: whoever
/// visits them all together waits for the last one.
async fn look(student: &Student) -> Result<Copies, Fault> {
    let sandbox = probe(student, student.sandbox)?;
    let production = probe(student, student.production)?;
    let (one, other) = (expect_answer(&sandbox), expect_answer(&production));
    let (one, other) = join!(caught(one), caught(other));
    one.and(other)?;
    Ok(Copies {
        sandbox,
        production: Some(production),
    })
}

async fn expect_answer(probe: &Probe) -> Verdict {
    let asked = Instant::now();
    let mut reached = probe.reach().await;
    // Whoever kept us waiting has had a second chance already.
    if reached.is_err() && asked.elapsed() < SECOND_LOOK {
        sleep(SECOND_LOOK).await;
        reached = probe.reach().await;
    }
    let fault = |cause: String| Fault::new("GET /healthz", cause, "an answer, whatever it is");
    reached.map_err(|cause| fault(cause).of(probe.address()))
}

/// The way to the copy of `student` on `port`.
pub(super) fn probe(student: &Student, port: Port) -> Result<Probe, Fault> {
    let address = student.address(port);
    let fault = |why: String| Fault::new("the address", why, "an address of the web").of(&address);
    let base = address.parse::<Url>();
    let base = base.map_err(|error| fault(error.to_string()))?;
    let probe = Probe::new(base).map_err(|error| fault(error.to_string()))?;
    Ok(probe.of_student(&[&student.student, &student.name, &student.email]))
}

/// Runs the checks; how many are passed, in words.
async fn check_all(class: &Arc<Class>, seat: usize, copies: &Copies, tell: &Tell) -> String {
    let lanes = lanes(&class.profile.criteria);
    let all: usize = lanes.iter().map(Vec::len).sum();
    let turns = Arc::new(Semaphore::new(CHECKS));
    let mut running = JoinSet::new();
    for lane in lanes {
        let (copies, turns, tell) = (copies.clone(), turns.clone(), tell.clone());
        running.spawn(async move {
            let _turn = turns.acquire().await;
            check_in_turn(lane, seat, &copies, &tell).await
        });
    }
    let mut passed = 0;
    let limit = class.limits.student;
    let ended = timeout(limit, async {
        while let Some(lane) = running.join_next().await {
            passed += lane.unwrap_or_default();
        }
    })
    .await;
    match ended {
        Ok(()) => format!("{passed} of {all} checks passed"),
        Err(_) => {
            let _ = tell.send(Found::OutOfTime(seat));
            format!("no end within {} seconds", limit.as_secs())
        }
    }
}

/// How many of these are passed.
async fn check_in_turn(lane: Lane, seat: usize, copies: &Copies, tell: &Tell) -> usize {
    let mut passed = 0;
    for (criterion, check) in lane {
        let verdict = check.judge(copies).await;
        passed += usize::from(verdict.is_ok());
        let _ = tell.send(Found::Judged(seat, criterion, verdict));
    }
    passed
}

/// Checks that run one after the other, with their places among the criteria.
type Lane = Vec<(usize, &'static Check)>;

/// Which checks must wait for which. What an exercise keeps may be one for all of its visitors,
/// such as the stock of the ticket desk: its checks would disturb each other.
fn lanes(criteria: &[Criterion]) -> Vec<Lane> {
    let mut lanes: BTreeMap<(u16, usize), Lane> = BTreeMap::new();
    for (place, criterion) in criteria.iter().enumerate() {
        if let How::Check(check) = criterion.how {
            let is_exercise = check.lesson % 10 == 5;
            let lane = (check.lesson, if is_exercise { 0 } else { place });
            lanes.entry(lane).or_default().push((place, check));
        }
    }
    lanes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::class::criteria;
    use std::collections::HashSet;

    #[test]
    fn every_check_is_run_once_and_those_of_an_exercise_one_after_the_other() {
        let criteria: Vec<_> = criteria().collect();
        let lanes = lanes(&criteria);
        let mut places: Vec<_> = lanes.iter().flatten().map(|(place, _)| *place).collect();
        places.sort_unstable();
        let expected = 0..crate::grading::CHECKS.len();
        assert_eq!(places, expected.collect::<Vec<_>>());
        let mut exercises = HashSet::new();
        for lane in &lanes {
            let lesson = lane[0].1.lesson;
            assert!(lane.iter().all(|(_, check)| check.lesson == lesson));
            match lesson % 10 {
                5 => assert!(exercises.insert(lesson), "{lesson} has two lanes"),
                _ => assert_eq!(lane.len(), 1),
            }
        }
        assert!(!exercises.is_empty());
    }
}
