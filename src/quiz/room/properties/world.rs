//! A quiz in which things happen, and beside it a model of what was acknowledged.

use super::Event;
use crate::quiz::room::{
    tests::{log_in, name, room},
    *,
};
use crate::quiz::view::{AttemptView, RunningView};
use rand::{SeedableRng, rngs::StdRng};
use std::collections::HashSet;
use time::Duration;

const NAMES: [&str; 3] = ["Ann", "Bob", "Cem"];
const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// What a tab believes, and what it has sent last.
#[derive(Default)]
struct Tab {
    questions: Vec<String>,
    revision: u64,
    sent: Option<(String, Option<usize>, u64)>,
}

/// What was acknowledged to a candidate in the present attempt.
#[derive(Default)]
struct Acknowledged {
    answers: Answers,
    revision: u64,
    deadline: Option<OffsetDateTime>,
    started: Option<OffsetDateTime>,
}

pub(super) struct World {
    room: Room,
    now: OffsetDateTime,
    rng: StdRng,
    /// By session: whose it is, and its two tabs.
    sessions: Vec<(usize, String)>,
    tabs: Vec<Tab>,
    models: [Acknowledged; 3],
    pub(super) started: usize,
    pub(super) finished: HashSet<String>,
    /// All that candidates were told before an evaluation.
    pub(super) told: Vec<String>,
}

impl World {
    pub(super) fn new(answer: &str) -> Self {
        let mut world = Self {
            room: room(answer),
            now: START,
            rng: StdRng::seed_from_u64(7),
            sessions: Vec::new(),
            tabs: Vec::new(),
            models: Default::default(),
            started: 0,
            finished: HashSet::new(),
            told: Vec::new(),
        };
        let attempts = Some(100);
        let change = Change {
            attempts,
            ..Change::default()
        };
        world.room.change(&change, START).unwrap();
        (0..NAMES.len()).for_each(|who| world.log_in(who));
        world
    }

    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::LogIn(who) => self.log_in(who),
            Event::Start(session) => self.start(session),
            Event::Answer {
                tab,
                question,
                option,
                acknowledgement_lost,
            } => self.answer(tab, question, option, acknowledgement_lost),
            Event::AskAgain(tab) => self.send(tab, false),
            Event::ComeBack(tab) => self.come_back(tab),
            Event::Submit(session) => self.submit(session),
            Event::Follow(session) => self.follow(session),
            Event::Leave(who) => {
                let who = self.room.names.get(&name(NAMES[who])).copied();
                who.into_iter().for_each(|who| self.room.stream_closed(who));
            }
            Event::Wait(millis) => self.now += Duration::milliseconds(millis),
            Event::WaitForDeadline(nanos) => {
                let next = self.room.next_deadline().unwrap_or(self.now);
                self.now = self.now.max(next + Duration::nanoseconds(nanos));
            }
            Event::Release(who) => {
                self.room.release(&name(NAMES[who]), self.now);
            }
            Event::Duration(_) | Event::Extra(..) | Event::Open(_) => self.change(&event),
        }
        self.look();
    }

    fn log_in(&mut self, who: usize) {
        let session = log_in(&mut self.room, NAMES[who], self.now, &mut self.rng);
        self.sessions.push((who, session));
        self.tabs.extend([Tab::default(), Tab::default()]);
    }

    /// A session by its number: whose it is, and its id.
    fn session(&self, number: usize) -> (usize, String) {
        self.sessions[number % self.sessions.len()].clone()
    }

    fn start(&mut self, session: usize) {
        let (who, id) = self.session(session);
        let Ok(started) = self.room.start(&id, self.now, &mut self.rng) else {
            return;
        };
        if let Start::New(new) = &started {
            assert_eq!((&new.answers, new.revision), (&Answers::new(), 0));
            self.started += 1;
            self.models[who] = Acknowledged::default();
            self.models[who].started = Some(self.now);
        }
        if let Start::New(running) | Start::Running(running) = started {
            self.hear(who, &running);
            let tab = 2 * (session % self.sessions.len());
            self.tabs[tab].learn(running);
        }
    }

    fn answer(&mut self, tab: usize, question: usize, option: Option<usize>, lost: bool) {
        let at = tab % self.tabs.len();
        let tab = &mut self.tabs[at];
        let Some(id) = tab.questions.get(question).cloned() else {
            return;
        };
        tab.sent = Some((id, option, tab.revision + 1));
        self.send(at, lost);
    }

    /// Sends what the tab has sent last, for the first time or again.
    fn send(&mut self, tab: usize, lost: bool) {
        let tab = tab % self.tabs.len();
        let (who, session) = self.session(tab / 2);
        let Some((question, option, revision)) = self.tabs[tab].sent.clone() else {
            return;
        };
        let answer = (option, revision);
        let Ok(save) = self.room.save(&session, &question, answer, self.now) else {
            return;
        };
        self.told.push(format!("{save:?}"));
        let model = &mut self.models[who];
        match save {
            Save::Saved(saved) => {
                let deadline = model.deadline.expect("nothing is saved without an attempt");
                assert!(self.now < deadline, "saved after the deadline");
                if saved.revision > model.revision {
                    match option {
                        Some(option) => model.answers.insert(question, option),
                        None => model.answers.remove(&question),
                    };
                    model.revision = revision;
                }
                assert_eq!(saved.revision, revision, "another state than the one sent");
                assert_eq!(
                    (&saved.answers, saved.revision),
                    (&model.answers, model.revision)
                );
                if !lost {
                    self.tabs[tab].revision = saved.revision;
                }
            }
            Save::Stale { answers, revision } => {
                assert!(self.tabs[tab].sent.as_ref().unwrap().2 <= model.revision);
                assert_eq!((&answers, revision), (&model.answers, model.revision));
                self.tabs[tab].revision = revision;
            }
            _ => {}
        }
    }

    fn come_back(&mut self, tab: usize) {
        let tab = tab % self.tabs.len();
        let (who, session) = self.session(tab / 2);
        if let Ok(State::There(AttemptView::Running(running))) = self.room.state(&session, self.now)
        {
            self.hear(who, &running);
            self.tabs[tab].learn(running);
        }
    }

    fn hear(&mut self, who: usize, running: &RunningView) {
        let model = &self.models[who];
        assert_eq!(
            (&running.answers, running.revision),
            (&model.answers, model.revision)
        );
        self.told.push(serde_json::to_string(running).unwrap());
    }

    fn submit(&mut self, session: usize) {
        let (_, id) = self.session(session);
        let Ok(Some(first)) = self.room.submit(&id, self.now) else {
            return;
        };
        self.now += Duration::SECOND;
        let again = self.room.submit(&id, self.now);
        assert_eq!(again, Ok(Some(first)), "one outcome, told twice");
    }

    fn follow(&mut self, session: usize) {
        let (who, id) = self.session(session);
        if let Ok(Follow::Live(_, live)) = self.room.follow(&id, self.now) {
            assert!(live.evaluation.is_none());
            assert_eq!(live.answers, self.models[who].answers);
            self.told.push(format!("{live:?}"));
        }
    }

    fn change(&mut self, event: &Event) {
        let mut change = Change::default();
        match event {
            Event::Duration(seconds) => change.duration_seconds = Some(*seconds),
            Event::Open(open) => change.open = Some(*open),
            Event::Extra(who, extra) => {
                let extra = [(NAMES[*who].to_owned(), *extra)];
                change.extra_seconds = Some(extra.into());
            }
            _ => return,
        }
        self.room.change(&change, self.now).unwrap();
    }

    /// What holds after every event.
    fn look(&mut self) {
        self.room.settle(self.now);
        for finished in self.room.take_news().finished {
            let who = NAMES
                .iter()
                .position(|name| *name == finished.name)
                .unwrap();
            assert!(self.finished.insert(finished.id), "evaluated twice");
            let candidate = self.room.names[&name(NAMES[who])];
            let evaluation = self.room.evaluation(candidate).unwrap();
            let given = evaluation.questions.iter();
            let given = given.filter_map(|marked| Some((marked.id.clone(), marked.given?)));
            let given: Answers = given.collect();
            assert_eq!(
                given, self.models[who].answers,
                "an acknowledged answer is lost"
            );
            let right = evaluation.questions.iter();
            let right = right
                .filter(|marked| marked.given == Some(marked.right))
                .count();
            assert_eq!(evaluation.score, right);
        }
        let running = self.room.deadlines.len();
        assert_eq!(
            self.started,
            running + self.finished.len(),
            "an attempt is lost"
        );
        self.learn_deadlines();
    }

    /// The deadlines, computed anew: start, duration and extra time, and nothing else.
    fn learn_deadlines(&mut self) {
        let parameters = self.room.parameters();
        for (who, model) in self.models.iter_mut().enumerate() {
            let extra = parameters.extra_seconds.get(NAMES[who]).copied();
            let seconds = parameters.duration_seconds + extra.unwrap_or(0);
            let after = Duration::seconds(seconds.max(0));
            model.deadline = model.started.map(|started| started + after);
        }
        for row in self.room.overview(self.now).attempts {
            let who = NAMES.iter().position(|name| *name == row.name).unwrap();
            if row.remaining_ms.is_some() {
                assert_eq!(row.score, None, "a score before the end");
                assert_eq!(row.deadline, self.models[who].deadline.map(told));
            }
        }
    }
}

impl Tab {
    fn learn(&mut self, running: RunningView) {
        let questions = running.questions.into_iter();
        self.questions = questions.map(|question| question.id).collect();
        self.revision = running.revision;
    }
}
