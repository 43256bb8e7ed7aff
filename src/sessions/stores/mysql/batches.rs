//! Several sessions in one statement of MySQL or MariaDB.
//!
//! A multi-row `INSERT … ON DUPLICATE KEY UPDATE` would be shorter, but it would bring sessions
//! back that have ended. And a join with the new rows has to read the whole table, since those
//! do not have the id's collation.

use super::{MysqlStore, in_utc, rows::by_id};
use crate::sessions::stores::{Batches, Row, StoreResult, StoredSession};
use async_trait::async_trait;
use sqlx::{MySql, QueryBuilder};
use std::iter::repeat_n;
use tower_sessions::session::Id;

#[async_trait]
impl Batches for MysqlStore {
    async fn create_all(&self, rows: &[Row]) -> StoreResult<bool> {
        let start = format!("INSERT INTO {} ", self.table);
        let mut statement = QueryBuilder::<MySql>::new(start);
        statement.push_values(rows, |mut values, Row { id, session, .. }| {
            values
                .push_bind(id.to_string())
                .push_bind(&session.data[..])
                .push_bind(in_utc(session.expiry))
                .push_bind(session.version.0);
        });
        match self.execute(statement.build()).await {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort(error)),
        }
    }

    async fn save_all(&self, rows: &[Row]) -> StoreResult<bool> {
        let mut statement = updating_all(&self.table, rows);
        let done = self.execute(statement.build()).await;
        done.map(|done| done == rows.len() as u64)
            .map_err(|error| self.sort(error))
    }

    fn loads(&self) -> bool {
        true
    }

    async fn load_all(&self, ids: &[Id]) -> StoreResult<Vec<Option<StoredSession>>> {
        let mut statement = loading_all(&self.table, ids);
        let mut lease = self.lease().await?;
        let rows = statement.build().fetch_all(lease.connection()).await;
        lease.end(&rows);
        let found = rows.and_then(|rows| by_id(&rows));
        let found = found.map_err(|error| self.sort(error))?;
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }
}

/// For 1, 2, 4 … sessions, the last one named again and again: a statement for every number would
/// be too many to keep prepared.
fn loading_all<'q>(table: &str, ids: &[Id]) -> QueryBuilder<'q, MySql> {
    let start = format!("SELECT id, data, expiry_date, version FROM {table} WHERE id IN (");
    let mut statement = QueryBuilder::new(start);
    let mut listed = statement.separated(", ");
    let missing = ids.len().next_power_of_two() - ids.len();
    let more = ids
        .last()
        .into_iter()
        .flat_map(|last| repeat_n(last, missing));
    for id in ids.iter().chain(more) {
        listed.push_bind(id.to_string());
    }
    statement.push(")");
    statement
}

fn updating_all<'q>(table: &str, rows: &'q [Row]) -> QueryBuilder<'q, MySql> {
    // The index named: a small table would be read, and locked, as a whole.
    let start = format!("UPDATE {table} FORCE INDEX (PRIMARY) SET data = CASE id");
    let mut statement = QueryBuilder::new(start);
    for Row { id, session, .. } in rows {
        statement.push(" WHEN ").push_bind(id.to_string());
        statement.push(" THEN ").push_bind(&session.data[..]);
    }
    statement.push(" END, expiry_date = CASE id");
    for Row { id, session, .. } in rows {
        statement.push(" WHEN ").push_bind(id.to_string());
        statement.push(" THEN ").push_bind(in_utc(session.expiry));
    }
    statement.push(" END, version = CASE id");
    for Row { id, session, .. } in rows {
        statement.push(" WHEN ").push_bind(id.to_string());
        statement.push(" THEN ").push_bind(session.version.0);
    }
    let mut before = " END WHERE ";
    for Row { id, session, over } in rows {
        statement.push(before);
        statement.push("(id = ").push_bind(id.to_string());
        statement.push(" AND version IN (").push_bind(over.0);
        statement.push(", ").push_bind(session.version.0).push("))");
        before = " OR ";
    }
    statement
}
