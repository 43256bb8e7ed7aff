//! One tick of a carrier: one round trip that saves, gives locks back, takes others, and reads
//! what lies under them.

use super::super::{
    rows::by_id,
    text::{listed, updating},
};
use crate::sessions::stores::{Row, StoredSession};
use futures_util::TryStreamExt;
use sqlx::{Either, Executor, MySqlConnection, Row as _, mysql::MySqlRow};
use std::collections::HashMap;
use tower_sessions::session::Id;

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Tick<'a> {
    /// Sessions to save whose locks are held on the connection.
    pub(super) saves: Vec<&'a Row>,
    /// Names of locks that are given back.
    pub(super) back: Vec<&'a str>,
    /// Locks to take, by name, where they are free.
    pub(super) takes: Vec<(Id, &'a str)>,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Whether all of the sessions were saved.
    pub(super) saved: bool,
    /// Which of the locks were granted.
    pub(super) granted: Vec<bool>,
    /// What lies under them, and under others.
    pub(super) found: HashMap<Id, StoredSession>,
}

impl Tick<'_> {
    /// Does it all, in this order: a session is read after its lock was granted.
    pub(super) async fn run(
        &self,
        connection: &mut MySqlConnection,
        table: &str,
    ) -> sqlx::Result<Done> {
        let text = self.text(table);
        if text.is_empty() {
            return Ok(Done::default());
        }
        let mut results = connection.fetch_many(sqlx::raw_sql(&text));
        let (mut counts, mut rows) = (Vec::new(), Vec::new());
        while let Some(result) = results.try_next().await? {
            match result {
                Either::Left(done) => counts.push(done.rows_affected()),
                Either::Right(row) => rows.push(row),
            }
        }
        self.answers(&counts, &rows)
    }

    fn text(&self, table: &str) -> String {
        let mut statements = Vec::new();
        if !self.saves.is_empty() {
            statements.push(updating(table, &self.saves));
        }
        if !self.back.is_empty() {
            let back = listed(&self.back, |name| format!("RELEASE_LOCK('{name}')"));
            statements.push(format!("DO {back}"));
        }
        if !self.takes.is_empty() {
            // Nobody waits here: many others would wait as well.
            let take = |(_, name): &(_, &str)| format!("IFNULL(GET_LOCK('{name}', 0), 0)");
            let ids = listed(&self.takes, |(id, _)| format!("'{id}'"));
            statements.push(format!("SELECT CONCAT({})", listed(&self.takes, take)));
            statements.push(format!(
                "SELECT id, data, expiry_date, version FROM {table} WHERE id IN ({ids})"
            ));
        }
        statements.join("; ")
    }

    fn answers(&self, counts: &[u64], rows: &[MySqlRow]) -> sqlx::Result<Done> {
        // Matched rows, changed or not: `sqlx` asks the server for those.
        let saved = counts.first().copied().unwrap_or_default();
        let mut done = Done {
            saved: self.saves.is_empty() || saved == self.saves.len() as u64,
            ..Done::default()
        };
        if let Some((granted, found)) = rows.split_first().filter(|_| !self.takes.is_empty()) {
            let granted: &[u8] = granted.try_get(0)?;
            done.granted = granted.iter().map(|answer| *answer == b'1').collect();
            done.found = by_id(found)?;
        }
        Ok(done)
    }
}
