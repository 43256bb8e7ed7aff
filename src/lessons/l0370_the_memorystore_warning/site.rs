//! The simulated site: what Express's session middleware does around a handler.

use super::{
    naive_store::{NaiveStore, Second},
    settings::Settings,
};
use serde_json::{Value, json};
use std::ops::AddAssign;

/// What a page does with the session.
pub(super) type Handler = fn(&mut Value);

/// A site of one or two processes, to which a balancer gives the requests by turns.
pub(super) struct Site {
    settings: Settings,
    processes: Vec<NaiveStore>,
    requests: usize,
    last_id: u64,
}

/// Our cookie, as a browser keeps it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cookie {
    pub(super) id: u64,
    /// `None` for one that the browser keeps until it is closed.
    pub(super) expires: Option<Second>,
}

/// What a visitor gets.
pub(super) struct Answer {
    pub(super) set_cookie: Option<Cookie>,
    /// Whether the cart was there when the request came.
    pub(super) found_cart: bool,
    pub(super) cost: Cost,
}

/// What requests have cost.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    /// Whole records written.
    pub(super) saves: u64,
    /// Expiries moved, and nothing else.
    pub(super) touches: u64,
    /// Bytes of the records that were written.
    pub(super) bytes: u64,
    /// Answers with a `Set-Cookie`.
    pub(super) cookies: u64,
}

impl Site {
    pub(super) fn new(settings: Settings) -> Self {
        let processes = (0..settings.processes).map(|_| NaiveStore::default());
        Self {
            settings,
            processes: processes.collect(),
            requests: 0,
            last_id: 0,
        }
    }

    // ANCHOR: answer
    pub(super) fn answer(&mut self, cookie: Option<u64>, handler: Handler, now: Second) -> Answer {
        let at = self.next_process();
        // Before the handler: an id that this process does not know counts as none.
        let found = cookie.and_then(|id| Some((id, self.processes[at].load(id, now)?)));
        let known = found.is_some();
        let (id, before) = found.unwrap_or_else(|| (self.fresh_id(), empty_session()));
        let mut session = before.clone();
        handler(&mut session);
        // After it: the switches decide what is written, and whether a cookie is set.
        let changed = session != before;
        let mut cost = self.write(at, id, &session, known, changed, now);
        let expires = self.settings.expires(now);
        let set_cookie = self.settings.sets_cookie(known, changed);
        cost.cookies = u64::from(set_cookie);
        Answer {
            set_cookie: set_cookie.then_some(Cookie { id, expires }),
            found_cart: before["cart"].is_array(),
            cost,
        }
    }
    // ANCHOR_END: answer

    fn write(
        &mut self,
        at: usize,
        id: u64,
        session: &Value,
        known: bool,
        changed: bool,
        now: Second,
    ) -> Cost {
        let (store, expires) = (&mut self.processes[at], self.settings.expires(now));
        let mut cost = Cost::default();
        if self.settings.saves(known, changed) {
            cost.saves = 1;
            cost.bytes = store.save(id, session, expires) as u64;
        } else if known {
            cost.touches = 1;
            store.touch(id, expires);
        }
        cost
    }

    pub(super) fn purge(&mut self, now: Second) {
        for process in &mut self.processes {
            process.purge(now);
        }
    }

    pub(super) fn records(&self) -> u64 {
        let records = self.processes.iter().map(NaiveStore::records);
        records.sum::<usize>() as u64
    }

    pub(super) fn bytes(&self) -> u64 {
        let bytes = self.processes.iter().map(NaiveStore::bytes);
        bytes.sum::<usize>() as u64
    }

    fn next_process(&mut self) -> usize {
        self.requests += 1;
        self.requests % self.processes.len()
    }

    fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

/// As in Express, a session into which nobody has put anything still says how its cookie is set.
fn empty_session() -> Value {
    let cookie = json!({
        "originalMaxAge": null, "expires": null, "httpOnly": true, "path": "/",
    });
    json!({ "cookie": cookie })
}

impl Cost {
    /// How often the store had something to write.
    pub(super) fn writes(self) -> u64 {
        self.saves + self.touches
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.saves += other.saves;
        self.touches += other.touches;
        self.bytes += other.bytes;
        self.cookies += other.cookies;
    }
}
