//! A connection on lease from a pool, thrown away when its statement was given up half-way.
//!
//! `sqlx` would take such a connection back and wait, in the background and without limit, for
//! the answer that is still owed on it. From a host that has vanished that answer never comes,
//! and with a few of those the pool has no place left.

use sqlx::{Database, Pool, pool::PoolConnection};
use std::time::Duration;
use tokio::time::timeout;

/// How long a connection may take to show that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// A connection for one statement.
pub(super) struct Lease<DB: Database>(Option<PoolConnection<DB>>);

impl<DB: Database> Lease<DB> {
    /// Waits for a free connection, at most as long as the pool allows.
    pub(super) async fn take(pool: &Pool<DB>) -> sqlx::Result<Self> {
        pool.acquire()
            .await
            .map(|connection| Self(Some(connection)))
    }

    /// The connection itself.
    pub(super) fn connection(&mut self) -> &mut DB::Connection {
        self.0.as_mut().expect("it is there until the end")
    }

    /// The statement was answered, well or badly: the pool may have the connection back.
    pub(super) fn end(mut self) {
        if let Some(mut connection) = self.0.take() {
            // The pool asks it for a sign of life first; without a limit that could take for
            // ever, too. Given up, the connection is closed and its place is free.
            let return_to_pool = connection.return_to_pool();
            tokio::spawn(timeout(SIGN_OF_LIFE, return_to_pool));
        }
    }
}

impl<DB: Database> Drop for Lease<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            // Detached, it is closed on the spot, and the pool may open another one.
            drop(connection.detach());
        }
    }
}
