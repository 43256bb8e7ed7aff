//! Several sessions in one statement of SQLite.
//!
//! Every statement is carried to the connection's thread and back: that, more than the row, is
//! what it costs.

use super::{SqliteStore, micros};
use crate::sessions::stores::{Batches, StoreResult, StoredSession};
use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite};
use tower_sessions::session::Id;

#[async_trait]
impl Batches for SqliteStore {
    async fn create_all(&self, sessions: &[(Id, StoredSession)]) -> StoreResult<bool> {
        let mut statement = QueryBuilder::new(format!("INSERT INTO {} ", self.table));
        push_rows(&mut statement, sessions);
        match self.execute(statement.build()).await {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort_change(error)),
        }
    }

    async fn save_all(&self, sessions: &[(Id, StoredSession)]) -> StoreResult<bool> {
        let table = &self.table;
        let mut statement = QueryBuilder::new("WITH new (id, data, expiry_date) AS (");
        push_rows(&mut statement, sessions);
        statement.push(format!(
            ") UPDATE {table} SET data = new.data, expiry_date = new.expiry_date \
             FROM new WHERE {table}.id = new.id"
        ));
        let rows = self.execute(statement.build()).await;
        rows.map(|rows| rows == sessions.len() as u64)
            .map_err(|error| self.sort_change(error))
    }
}

/// Adds `VALUES (?, ?, ?), …`.
fn push_rows<'q>(statement: &mut QueryBuilder<'q, Sqlite>, sessions: &'q [(Id, StoredSession)]) {
    statement.push_values(sessions, |mut row, (id, session)| {
        row.push_bind(id.to_string())
            .push_bind(&session.data[..])
            .push_bind(micros(session.expiry));
    });
}
