//! The end, raced from all sides: one outcome, told alike to everybody, with every answer in it
//! that was acknowledged.

use super::support::{Candidate, Paper, Proctor, Quiz, json_of};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

/// Races in all: so many candidates at once, each so often.
const CANDIDATES: usize = 5;
const ROUNDS: usize = 10;
/// Tabs that save as fast as they can.
const TABS: usize = 3;

/// What ends an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Deadline,
    Submit,
    Proctor,
}

/// An acknowledged answer: its revision, the question, the option.
type Saved = (u64, (String, usize));

#[tokio::test]
async fn whatever_races_the_end_everybody_is_told_one_outcome_with_every_acknowledged_answer() {
    let quiz = Quiz::start().await;
    let mut races = JoinSet::new();
    for number in 0..CANDIDATES {
        let candidate = quiz.candidate(&format!("Racer {number}")).await;
        let tabs = [(); TABS].map(|()| candidate.another_tab());
        let proctor = quiz.proctor();
        races.spawn(async move {
            for round in 0..ROUNDS {
                let end = [End::Deadline, End::Submit, End::Proctor][(number + round) % 3];
                Race::begin(&candidate, &proctor, end)
                    .await
                    .run(&tabs, round)
                    .await;
                assert_eq!(proctor.results_of(&candidate.name).await.len(), round + 1);
            }
        });
    }
    races.join_all().await;
}

/// One attempt that is about to end.
struct Race {
    end: End,
    candidate: Candidate,
    proctor: Proctor,
    paper: Arc<Paper>,
    /// The newest revision that somebody has used.
    revision: Arc<AtomicU64>,
}

impl Race {
    async fn begin(candidate: &Candidate, proctor: &Proctor, end: End) -> Self {
        // One second in all, or as long as it takes.
        let extra = (end == End::Deadline).then_some(-599);
        let change = json!({ "extra_seconds": { &candidate.name: extra } });
        proctor.sets(change).await;
        Self {
            end,
            candidate: candidate.clone(),
            proctor: proctor.clone(),
            paper: Arc::new(candidate.starts().await),
            revision: Arc::default(),
        }
    }

    async fn run(self, tabs: &[Candidate; TABS], round: usize) {
        let mut events = self.candidate.listens().await;
        let heard = tokio::spawn(async move { events.next_of("evaluated").await });
        let mut saving = JoinSet::new();
        for tab in tabs {
            let (paper, revision) = (self.paper.clone(), self.revision.clone());
            saving.spawn(save_until_refused(tab.clone(), paper, revision));
        }
        let mut told = self.bring_about_the_end(tabs, round).await;
        let saved = saving.join_all().await.concat();
        told.push(heard.await.unwrap());
        told.push(self.candidate.evaluation().await);
        told.push(json_of(&self.candidate.submits().await.expect(200)));
        let outcome = outcome_of(&told[0]);
        for other in &told {
            assert_eq!(outcome_of(other), outcome, "{:?}", self.end);
        }
        self.expect_every_saved_answer(saved, &outcome);
        self.expect_in_the_results(&outcome).await;
    }

    /// What those are told who ask for the end.
    async fn bring_about_the_end(&self, tabs: &[Candidate; TABS], round: usize) -> Vec<Value> {
        match self.end {
            End::Deadline => {
                // To arrive at the very moment is what this submit is for.
                let left = self.paper.0["remaining_ms"].as_u64().unwrap();
                tokio::time::sleep(Duration::from_millis(left)).await;
                vec![json_of(&self.candidate.submits().await.expect(200))]
            }
            End::Submit => {
                self.wait_for_answers(round).await;
                let (one, other) = tokio::join!(tabs[0].submits(), tabs[1].submits());
                vec![json_of(&one.expect(200)), json_of(&other.expect(200))]
            }
            End::Proctor => {
                self.wait_for_answers(round).await;
                let over = json!({ "extra_seconds": { &self.candidate.name: -86_400 } });
                let (_, submitted) = tokio::join!(self.proctor.sets(over), tabs[0].submits());
                vec![json_of(&submitted.expect(200))]
            }
        }
    }

    /// Each round ends after another number of answers.
    async fn wait_for_answers(&self, round: usize) {
        let enough = 5 * round as u64 + 1;
        let given = async {
            while self.revision.load(Ordering::Relaxed) <= enough {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let given = tokio::time::timeout(Duration::from_secs(20), given).await;
        given.expect("nobody answers");
    }

    fn expect_every_saved_answer(&self, mut saved: Vec<Saved>, outcome: &Value) {
        // Accepted revisions only grow, so the largest one of a question is its answer.
        saved.sort_unstable();
        let mut expected: BTreeMap<_, _> = saved.into_iter().map(|(_, answer)| answer).collect();
        let mut score = 0;
        for (place, question) in outcome["questions"].as_array().unwrap().iter().enumerate() {
            let id = self.paper.id(place);
            assert_eq!(question["id"], id);
            assert_eq!(
                question["given"],
                json!(expected.remove(id)),
                "{:?}",
                self.end
            );
            assert_eq!(question["right"], self.paper.right(place));
            score += u64::from(question["given"] == question["right"]);
        }
        assert!(expected.is_empty(), "not in the evaluation: {expected:?}");
        assert_eq!(outcome["score"], score);
        let by: &[&str] = match self.end {
            End::Deadline => &["deadline", "submit"],
            End::Submit => &["submit"],
            End::Proctor => &["proctor", "deadline", "submit"],
        };
        assert!(by.contains(&outcome["by"].as_str().unwrap()), "{outcome}");
    }

    async fn expect_in_the_results(&self, outcome: &Value) {
        let results = self.proctor.results_of(&self.candidate.name).await;
        let same = |result: &&Value| {
            let keys = ["score", "of", "by", "ended_at"];
            keys.iter().all(|key| result[key] == outcome[key])
        };
        assert_eq!(
            results.iter().filter(same).count(),
            1,
            "{outcome}\n{results:?}"
        );
    }
}

/// Saves without a pause until the attempt has ended; what was acknowledged.
async fn save_until_refused(
    tab: Candidate,
    paper: Arc<Paper>,
    newest: Arc<AtomicU64>,
) -> Vec<Saved> {
    let mut saved = Vec::new();
    loop {
        let revision = newest.fetch_add(1, Ordering::Relaxed) + 1;
        let place = (revision % 10) as usize;
        let (question, option) = (paper.id(place), (revision / 10 % 4) as usize);
        let answer = tab.answers(question, option, revision).await;
        match answer.status.as_u16() {
            200 => saved.push((revision, (question.to_owned(), option))),
            // A later one was faster.
            409 => {}
            410 => return saved,
            _ => panic!("{answer:?}"),
        }
    }
}

/// An evaluation without what may change later: whether the database has it.
fn outcome_of(evaluation: &Value) -> Value {
    let mut outcome = evaluation.clone();
    outcome.as_object_mut().unwrap().remove("pending");
    outcome
}

#[tokio::test]
async fn a_save_after_the_deadline_is_refused_although_nobody_has_submitted() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    proctor
        .sets(json!({ "extra_seconds": { "Ann": -599 } }))
        .await;
    let paper = Arc::new(ann.starts().await);
    let saved = save_until_refused(ann.clone(), paper.clone(), Arc::default()).await;
    assert!(!saved.is_empty());
    assert_eq!(ann.evaluation().await["by"], "deadline");
    ann.answers(paper.id(0), 0, 999_999).await.expect(410);
}
