//! The connections that nobody uses just now.

use super::Present;
use sqlx::{Database, pool::PoolConnection};
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};

/// How long a connection may take to show that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// Unused for so long, a connection goes back to the pool, which closes it in time.
const UNUSED: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Kept<DB: Database> {
    state: Mutex<State<DB>>,
    /// The file that the connections are open on; `None` for a server's.
    pub(super) file: Option<Arc<Present>>,
}

#[derive(Debug)]
struct State<DB: Database> {
    /// The last used one last.
    connections: Vec<Connected<DB>>,
    /// Whether somebody looks after those that stay unused.
    watched: bool,
    /// Whether none is kept any more.
    closed: bool,
}

impl<DB: Database> Kept<DB> {
    pub(super) fn new(file: Option<Arc<Present>>) -> Self {
        let state = State {
            connections: Vec::new(),
            watched: false,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            file,
        }
    }

    /// The one that was used last, so that those beyond need grow old.
    pub(super) fn take(&self) -> Option<Connected<DB>> {
        loop {
            let connected = self.state().connections.pop()?;
            let age = connected.since.elapsed();
            let fits = |file: &Arc<Present>| file.is_open_in(age);
            if self.file.as_ref().is_none_or(fits) {
                return Some(connected);
            }
            connected.close();
        }
    }

    pub(super) fn keep(self: &Arc<Self>, mut connected: Connected<DB>) {
        connected.used = Instant::now();
        let mut state = self.state();
        if state.closed {
            // Dropped, it goes to the pool, which waits for it.
            return;
        }
        state.connections.push(connected);
        if !mem::replace(&mut state.watched, true) {
            tokio::spawn(self.clone().give_back_unused());
        }
    }

    /// Gives all of them back, and whatever comes from now on.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.connections.clear();
    }

    async fn give_back_unused(self: Arc<Self>) {
        loop {
            sleep(UNUSED).await;
            for connected in self.unused() {
                connected.give_back();
            }
            let mut state = self.state();
            state.watched = !state.connections.is_empty();
            if !state.watched {
                return;
            }
        }
    }

    fn unused(&self) -> Vec<Connected<DB>> {
        let connections = &mut self.state().connections;
        let unused = connections.partition_point(|connected| connected.used.elapsed() >= UNUSED);
        connections.drain(..unused).collect()
    }

    fn state(&self) -> MutexGuard<'_, State<DB>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of the pool.
#[derive(Debug)]
pub(super) struct Connected<DB: Database> {
    pub(super) connection: PoolConnection<DB>,
    /// When the pool handed it out.
    since: Instant,
    used: Instant,
}

impl<DB: Database> Connected<DB> {
    pub(super) fn new(connection: PoolConnection<DB>) -> Self {
        let now = Instant::now();
        Self {
            connection,
            since: now,
            used: now,
        }
    }

    /// To the pool, which asks it for a sign of life. Without a limit that could take for ever,
    /// too; given up, the connection is closed and its place is free.
    pub(super) fn give_back(mut self) {
        let return_to_pool = self.connection.return_to_pool();
        tokio::spawn(timeout(SIGN_OF_LIFE, return_to_pool));
    }

    /// On the spot; the pool may open another one.
    pub(super) fn close(self) {
        drop(self.connection.detach());
    }
}
