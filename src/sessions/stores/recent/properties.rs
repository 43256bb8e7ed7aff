//! What is remembered is what the store has, under whatever order of events proptest can think
//! of: questions begin, the store acts on them, answers arrive or are given up, others write.

use super::shard::{MEMORY, Remembered, Shard, Ticket};
use crate::sessions::stores::{StoredSession, Version};
use proptest::{collection::vec, prelude::*};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;
use tower_sessions::session::Id;

const ID: Id = Id(1);

/// Questions are numbers, taken modulo what is under way.
#[derive(Debug, Clone)]
enum Event {
    Load,
    Save,
    Act(usize),
    Arrive(usize),
    GiveUp(usize),
    Elsewhere,
    Wait(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Load),
        2 => Just(Event::Save),
        4 => (0..8_usize).prop_map(Event::Act),
        6 => (0..8_usize).prop_map(Event::Arrive),
        1 => (0..8_usize).prop_map(Event::GiveUp),
        1 => Just(Event::Elsewhere),
        2 => (0..60_u64).prop_map(Event::Wait),
    ]
}

struct Question {
    ticket: Ticket,
    writes: bool,
    /// What the store had when it acted, or has from then on.
    answer: Option<u64>,
}

struct World {
    shard: Shard,
    now: Instant,
    /// Since when the store had each thing that it had, one after the other.
    history: Vec<Instant>,
    /// The place of what this process wrote last.
    ours: u64,
    under_way: Vec<Question>,
}

impl World {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            shard: Shard::bounded(usize::MAX, usize::MAX),
            now,
            history: vec![now],
            ours: 0,
            under_way: Vec::new(),
        }
    }

    /// The store has something new; its name is its place in the history.
    fn put(&mut self) -> u64 {
        self.history.push(self.now);
        self.history.len() as u64 - 1
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Load => {
                let ticket = self.shard.begin_read(ID, self.now);
                self.ask(ticket, false);
            }
            Event::Save => {
                let (ticket, _) = self.shard.begin_write(ID, self.now);
                self.ask(ticket, true);
            }
            Event::Act(which) => self.act(which),
            Event::Arrive(which) => {
                self.act(which);
                if let Some(question) = self.take(which) {
                    self.arrive(&question);
                }
            }
            Event::GiveUp(which) => {
                if let Some(question) = self.take(which) {
                    self.shard.end(&question.ticket);
                }
            }
            Event::Elsewhere => {
                self.put();
            }
            Event::Wait(millis) => self.now += Duration::from_millis(millis),
        }
        self.check();
    }

    fn ask(&mut self, ticket: Ticket, writes: bool) {
        self.under_way.push(Question {
            ticket,
            writes,
            answer: None,
        });
    }

    fn act(&mut self, which: usize) {
        let which = which % self.under_way.len().max(1);
        let Some(question) = self.under_way.get(which) else {
            return;
        };
        if question.answer.is_some() {
            return;
        }
        if question.writes {
            self.ours = self.put();
        }
        self.under_way[which].answer = Some(self.history.len() as u64 - 1);
    }

    fn take(&mut self, which: usize) -> Option<Question> {
        let count = self.under_way.len();
        (count > 0).then(|| self.under_way.remove(which % count))
    }

    fn arrive(&mut self, question: &Question) {
        let holds = self.shard.end(&question.ticket);
        let Some(answer) = question.answer.filter(|_| holds) else {
            return;
        };
        let session = StoredSession {
            data: answer.to_be_bytes().to_vec(),
            expiry: OffsetDateTime::UNIX_EPOCH,
            version: Version(0),
        };
        let since = question.ticket.began;
        self.shard
            .remember(ID, Remembered { session, since }, self.now);
    }

    fn check(&self) {
        let Some(recalled) = self.shard.recall(&ID, self.now) else {
            return;
        };
        let place = u64::from_be_bytes(recalled.data.try_into().unwrap());
        let writes = self.under_way.iter().any(|question| question.writes);
        assert!(!writes, "recalled although a write is under way");
        assert!(place >= self.ours, "older than what this process wrote");
        if let Some(replaced) = self.history.get(place as usize + 1) {
            assert!(self.now.duration_since(*replaced) < MEMORY, "too old");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_remembered_is_what_the_store_has_or_had_less_than_100_ms_ago(
        events in vec(event(), 1..120),
    ) {
        let mut world = World::new();
        events.into_iter().for_each(|event| world.happen(event));
    }
}
