//! Claims that are locks of a connection: of a copy's own, or of one for all copies of a process.
//!
//! With a connection for each claim, a hosted class would take every place that a server has.

use sqlx::Connection;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// For so long an answer counts as a sign of life: many claims are renewed at about the same time.
const FRESH: Duration = Duration::from_secs(1);

/// A connection, and the claims that end with it.
#[derive(Debug)]
pub(super) struct Claims<C> {
    pub(super) connection: C,
    /// By the session table: what the server needs to hear to take the lock back.
    pub(super) held: HashMap<String, String>,
    answered: Instant,
}

impl<C: Connection> Claims<C> {
    /// None yet.
    pub(super) fn on(connection: C) -> Self {
        Self {
            connection,
            held: HashMap::new(),
            answered: Instant::now(),
        }
    }

    /// Whether the connection lives, and with it all claims.
    pub(super) async fn live(&mut self) -> bool {
        if self.answered.elapsed() < FRESH {
            return true;
        }
        let lives = self.connection.ping().await.is_ok();
        self.answered = Instant::now();
        lives
    }
}
