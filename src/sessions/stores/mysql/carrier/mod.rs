//! Carriers: connections that carry the locks of many requests.
//!
//! A lock on a connection of its own costs three round trips, to take it, to save and to give it
//! back, and a fourth one to read what lies under it. Here all who come at the same time share
//! one. A carrier never waits for a lock, or all would wait: whoever does not get it at once waits
//! elsewhere (`locks.rs`).

mod heard;
mod line;
mod lock;
mod tick;
mod wish;
mod work;

use super::MysqlPools;
use crate::sessions::stores::{Row, StoreResult, lane::Lane};
use async_trait::async_trait;
use lock::{CarriedLock, Carrying};
use std::{array, sync::Arc};
use tokio_util::task::TaskTracker;
use tower_sessions::session::Id;
use wish::{Save, Take, Wish};
use work::Carrier;

/// How many carriers a copy has. With a second one fewer go together, and that costs more than
/// two round trips at a time gain.
pub(super) const CARRIERS: usize = 1;

/// The carriers of a copy.
#[derive(Debug)]
pub(super) struct Carriers {
    queues: [Arc<Queue>; CARRIERS],
    /// Ticks, which go on whoever leaves.
    at_work: TaskTracker,
}

/// What a carrier has to do.
#[derive(Debug)]
struct Queue(Arc<Lane<Carrier>>);

impl Carriers {
    /// Connects when a lock is first needed.
    pub(super) fn new(pools: &MysqlPools, table: &str) -> Self {
        let at_work = TaskTracker::new();
        let queue = |_| {
            let lane = Lane::new(Carrier::new(pools, table), at_work.clone());
            Arc::new(Queue(Arc::new(lane)))
        };
        Self {
            queues: array::from_fn(queue),
            at_work,
        }
    }

    /// Takes the session's lock if it is free.
    pub(super) async fn take(&self, id: Id, name: String) -> StoreResult<Option<CarriedLock>> {
        // Always the same one for a session: a lock that is given back there is free for whoever
        // comes next, although nobody has waited for that.
        let at = id.0.unsigned_abs() % CARRIERS as u128;
        let queue = &self.queues[at as usize];
        let (take, told) = Take::new(id, name, queue.clone());
        let ask = queue.0.ask_in_turn(Wish::Take(take));
        tokio::select! {
            biased;
            Ok(lock) = told => Ok(lock),
            answer = ask => answer.map(|_| None),
        }
    }

    /// Waits until nothing is at work, and ends the connections with the locks that are left.
    pub(super) async fn close(&self) {
        self.at_work.close();
        self.at_work.wait().await;
        for queue in &self.queues {
            queue.0.work.hang_up();
        }
    }
}

#[async_trait]
impl Carrying for Queue {
    async fn save(&self, number: u64, name: &str, row: Row) -> StoreResult<bool> {
        let name = name.into();
        let save = Save { number, name, row };
        self.0.ask_in_turn(Wish::Save(save)).await
    }

    /// With whatever comes next it goes along.
    fn give_back(&self, number: u64, name: &str) {
        self.0.work.give_back(number, name);
        self.0.wake();
    }
}
