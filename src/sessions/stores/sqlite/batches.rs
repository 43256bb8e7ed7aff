//! Several sessions in one statement of SQLite.
//!
//! Every statement is carried to the connection's thread and back: that, more than the row, is
//! what it costs.

use super::{SqliteStore, micros};
use crate::sessions::stores::{Batches, Row, StoreResult};
use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite};

#[async_trait]
impl Batches for SqliteStore {
    async fn create_all(&self, rows: &[Row]) -> StoreResult<bool> {
        let start = format!("INSERT INTO {} ", self.table);
        let mut statement = QueryBuilder::<Sqlite>::new(start);
        statement.push_values(rows, |mut values, Row { id, session, .. }| {
            values
                .push_bind(id.to_string())
                .push_bind(&session.data[..])
                .push_bind(micros(session.expiry))
                .push_bind(session.version.0);
        });
        match self.execute(statement.build(), bytes(rows)).await {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort_change(error)),
        }
    }

    async fn save_all(&self, rows: &[Row]) -> StoreResult<bool> {
        let table = &self.table;
        let start = "WITH new (id, data, expiry_date, version, made_from) AS (";
        let mut statement = QueryBuilder::<Sqlite>::new(start);
        statement.push_values(rows, |mut values, Row { id, session, over }| {
            values
                .push_bind(id.to_string())
                .push_bind(&session.data[..])
                .push_bind(micros(session.expiry))
                .push_bind(session.version.0)
                .push_bind(over.0);
        });
        statement.push(format!(
            ") UPDATE {table} \
             SET data = new.data, expiry_date = new.expiry_date, version = new.version FROM new \
             WHERE {table}.id = new.id AND {table}.version IN (new.made_from, new.version)"
        ));
        let done = self.execute(statement.build(), bytes(rows)).await;
        done.map(|done| done == rows.len() as u64)
            .map_err(|error| self.sort_change(error))
    }
}

fn bytes(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.session.data.len()).sum()
}
