//! Writers who append numbers to the lists in their sessions, and write down what they are told.

use super::faults::Append;
use crate::support::Visitor;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// How many numbers each of two tabs appends: with the first one the list still has room for all.
const EACH: usize = 9;

/// What all writers share.
pub(super) struct Load {
    port: u16,
    /// No number is sent twice, to whatever session.
    next: AtomicU32,
    answered: AtomicU32,
    /// Counts moments: enough to know what came before what.
    moments: AtomicU64,
    answers: Semaphore,
}

/// A session, and what its writers sent.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) cookie: (String, String),
    pub(super) history: Vec<Append>,
}

impl Load {
    /// Writers of the copy on `port`.
    pub(super) fn on(port: u16) -> Self {
        Self {
            port,
            next: AtomicU32::new(0),
            answered: AtomicU32::new(0),
            moments: AtomicU64::new(0),
            answers: Semaphore::new(0),
        }
    }

    /// From here on [`wait_for_answers`](Self::wait_for_answers) counts.
    pub(super) fn forget_answers(&self) {
        self.answers.forget_permits(usize::MAX);
    }

    /// Waits until so many numbers were acknowledged.
    pub(super) async fn wait_for_answers(&self, count: u32) {
        self.answers.acquire_many(count).await.unwrap().forget();
    }

    /// How many numbers were sent, and how many acknowledged.
    pub(super) fn counts(&self) -> (u32, u32) {
        let count = |counter: &AtomicU32| counter.load(Ordering::SeqCst);
        (count(&self.next), count(&self.answered))
    }

    /// Writes to one session after another until the copy is gone.
    pub(super) async fn write_until_gone(&self) -> Vec<Book> {
        let mut books = Vec::new();
        loop {
            let visitor = Visitor::new(self.port);
            let first = self.append(&visitor).await;
            if first.answered.is_none() {
                // It may have been made, but nobody has the cookie of that session.
                return books;
            }
            let (one, two) = tokio::join!(self.append_often(&visitor), self.append_often(&visitor));
            let history = [vec![first], one, two].concat();
            let gone = history.iter().any(|append| append.answered.is_none());
            let cookie = visitor.cookies().remove(0);
            let (name, value) = cookie.split_once('=').unwrap();
            books.push(Book {
                cookie: (name.into(), value.into()),
                history,
            });
            if gone {
                return books;
            }
        }
    }

    async fn append_often(&self, tab: &Visitor) -> Vec<Append> {
        let mut history = Vec::new();
        for _ in 0..EACH {
            let append = self.append(tab).await;
            history.push(append);
            if append.answered.is_none() {
                break;
            }
        }
        history
    }

    async fn append(&self, visitor: &Visitor) -> Append {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        assert!(number < 1_000_000, "the lesson takes no larger numbers");
        let sent = self.now();
        let answer = visitor.try_append(number).await;
        let answered = answer.ok().map(|answer| {
            answer.expect(303);
            self.answered.fetch_add(1, Ordering::SeqCst);
            self.answers.add_permits(1);
            self.now()
        });
        Append {
            number,
            sent,
            answered,
        }
    }

    fn now(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst)
    }
}
