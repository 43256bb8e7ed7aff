//! Several sessions in one statement of MySQL or MariaDB.
//!
//! A multi-row `INSERT … ON DUPLICATE KEY UPDATE` would be shorter, but it would bring sessions
//! back that have ended. And a join with the new rows has to read the whole table, since those
//! do not have the id's collation.

use super::{MysqlStore, in_utc};
use crate::sessions::stores::{Batches, StoreResult, StoredSession};
use async_trait::async_trait;
use sqlx::{MySql, QueryBuilder};
use tower_sessions::session::Id;

#[async_trait]
impl Batches for MysqlStore {
    async fn create_all(&self, sessions: &[(Id, StoredSession)]) -> StoreResult<bool> {
        let start = format!("INSERT INTO {} ", self.table);
        let mut statement = QueryBuilder::<MySql>::new(start);
        statement.push_values(sessions, |mut row, (id, session)| {
            row.push_bind(id.to_string())
                .push_bind(&session.data[..])
                .push_bind(in_utc(session.expiry));
        });
        match self.execute(statement.build()).await {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort(error)),
        }
    }

    async fn save_all(&self, sessions: &[(Id, StoredSession)]) -> StoreResult<bool> {
        let mut statement = updating_all(&self.table, sessions);
        let rows = self.execute(statement.build()).await;
        rows.map(|rows| rows == sessions.len() as u64)
            .map_err(|error| self.sort(error))
    }
}

fn updating_all<'q>(table: &str, sessions: &'q [(Id, StoredSession)]) -> QueryBuilder<'q, MySql> {
    // The index named: a small table would be read, and locked, as a whole.
    let start = format!("UPDATE {table} FORCE INDEX (PRIMARY) SET data = CASE id");
    let mut statement = QueryBuilder::new(start);
    for (id, session) in sessions {
        statement.push(" WHEN ").push_bind(id.to_string());
        statement.push(" THEN ").push_bind(&session.data[..]);
    }
    statement.push(" END, expiry_date = CASE id");
    for (id, session) in sessions {
        statement.push(" WHEN ").push_bind(id.to_string());
        statement.push(" THEN ").push_bind(in_utc(session.expiry));
    }
    statement.push(" END WHERE id IN (");
    let mut ids = statement.separated(", ");
    for (id, _) in sessions {
        ids.push_bind(id.to_string());
    }
    statement.push(")");
    statement
}
