//! Carriers: connections that carry the locks of many requests.
//!
//! A lock on a connection of its own costs three round trips, to take it, to save and to give it
//! back, and a fourth one to read what lies under it. Here all who come at the same time share
//! one. A carrier never waits for a lock, or all would wait: whoever does not get it at once waits
//! elsewhere (`locks.rs`).

mod line;
mod lock;
mod tick;
mod work;

use super::MysqlPools;
use crate::sessions::stores::{Row, StoreResult, lane::Lane};
use lock::CarriedLock;
use std::{array, sync::Arc};
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;
use work::Carrier;

/// How many carriers a copy has. With more of them fewer go together.
pub(super) const CARRIERS: usize = 2;

/// The carriers of a copy.
#[derive(Debug)]
pub(super) struct Carriers {
    lanes: [Arc<Lane<Carrier>>; CARRIERS],
    /// Ticks, which go on whoever leaves.
    at_work: TaskTracker,
}

/// What a request wants.
enum Wish {
    Take(Take),
    Save(Save),
}

/// A session's lock, if it is free.
struct Take {
    id: Id,
    name: String,
    /// Where it is to be given back.
    lane: Arc<Lane<Carrier>>,
}

/// A session saved whose lock is held on the connection of this number.
struct Save {
    number: u64,
    row: Row,
}

/// What it gets.
enum Answer {
    /// `None` when somebody has the lock, or the server does not let it be taken here.
    Taken(Option<CarriedLock>),
    Saved(bool),
}

impl Carriers {
    /// Connects when a lock is first needed.
    pub(super) fn new(pools: &MysqlPools, table: &str) -> Self {
        let at_work = TaskTracker::new();
        let lane = |_| Arc::new(Lane::new(Carrier::new(pools, table), at_work.clone()));
        Self {
            lanes: array::from_fn(lane),
            at_work,
        }
    }

    /// Takes the session's lock if it is free.
    pub(super) async fn take(&self, id: Id, name: String) -> StoreResult<Option<CarriedLock>> {
        // Always the same one for a session: a lock that is given back there is free for whoever
        // comes next, although nobody has waited for that.
        let at = id.0.unsigned_abs() % CARRIERS as u128;
        let lane = &self.lanes[at as usize];
        let take = Take {
            id,
            name,
            lane: lane.clone(),
        };
        match lane.ask_in_turn(Wish::Take(take)).await? {
            Answer::Taken(lock) => Ok(lock),
            Answer::Saved(_) => Ok(None),
        }
    }

    /// Waits until nothing is at work, and ends the connections with the locks that are left.
    pub(super) async fn close(&self) {
        self.at_work.close();
        self.at_work.wait().await;
        for lane in &self.lanes {
            lane.work.hang_up();
        }
    }
}
