//! Several sessions in one statement of MySQL or MariaDB.
//!
//! A multi-row `INSERT … ON DUPLICATE KEY UPDATE` would be shorter, but it would bring sessions
//! back that have ended. And a join with the new rows has to read the whole table, since those
//! do not have the id's collation.

use super::{MysqlStore, in_utc};
use crate::sessions::stores::{Batches, Row, StoreResult};
use async_trait::async_trait;
use sqlx::{MySql, QueryBuilder};

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
