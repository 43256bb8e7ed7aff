//! Statements that change something, one after another.

use super::{SqliteStore, log};
use sqlx::{Sqlite, query::Query, sqlite::SqliteArguments};
use std::time::Duration;
use tokio::time::timeout;

/// How long a change may take: for its turn, and for a file that somebody has locked. Shorter
/// than every store's limit, so that a locked file is told from one that does not answer at all.
const CHANGE_LIMIT: Duration = Duration::from_millis(1200);

impl SqliteStore {
    /// Runs a statement that changes something, with so many bytes of data; how many rows it found.
    pub(super) async fn execute<'q>(
        &self,
        statement: Query<'q, Sqlite, SqliteArguments<'q>>,
        bytes: usize,
    ) -> sqlx::Result<u64> {
        let done = timeout(CHANGE_LIMIT, self.write(statement, bytes)).await;
        let rows = done.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        self.pools.demand.add(rows);
        Ok(rows)
    }

    /// The same without a limit.
    pub(super) async fn write<'q>(
        &self,
        statement: Query<'q, Sqlite, SqliteArguments<'q>>,
        bytes: usize,
    ) -> sqlx::Result<u64> {
        let mut lease = self.pools.writer.take().await?;
        let done = statement.execute(lease.connection()).await;
        lease.end(&done);
        let rows = done?.rows_affected();
        self.pools.wrote(log::pages(rows, bytes));
        Ok(rows)
    }
}
