//! One tick of a carrier: one round trip that gives locks back, takes others, reads what lies under
//! them, and saves.

use super::{
    super::{
        rows::by_id,
        text::{listed, updating},
    },
    wish::Wish,
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

/// What became of the locks to take.
#[derive(Debug)]
pub(super) struct Taken {
    /// Which of them were granted.
    pub(super) granted: Vec<bool>,
    /// What lies under them, and under others.
    pub(super) found: HashMap<Id, StoredSession>,
}

impl<'a> Tick<'a> {
    /// Does this, too.
    pub(super) fn add(&mut self, wish: &'a Wish) {
        match wish {
            Wish::Take(take) => self.takes.push((take.id, &take.name)),
            Wish::Save(save) => self.saves.push(&save.row),
        }
    }

    /// Does it all, in this order: a session is read after its lock was granted, and the saves,
    /// for whose commit the disk is waited for, come last. What became of the locks is `told`
    /// before. Whether all of the sessions were saved.
    pub(super) async fn run(
        &self,
        connection: &mut MySqlConnection,
        table: &str,
        mut told: impl FnMut(Taken) + Send,
    ) -> sqlx::Result<bool> {
        let text = self.text(table);
        if text.is_empty() {
            return Ok(true);
        }
        let (mut ended, mut rows, mut saved) = (0, Vec::new(), 0);
        // The statements up to the one that reads.
        let taking = usize::from(!self.back.is_empty()) + 2;
        let mut results = connection.fetch_many(sqlx::raw_sql(&text));
        while let Some(result) = results.try_next().await? {
            match result {
                Either::Right(row) => rows.push(row),
                Either::Left(done) => {
                    ended += 1;
                    // Matched rows, changed or not: `sqlx` asks the server for those.
                    saved = done.rows_affected();
                    if ended == taking && !self.takes.is_empty() {
                        told(taken(&rows)?);
                    }
                }
            }
        }
        Ok(self.saves.is_empty() || saved == self.saves.len() as u64)
    }

    fn text(&self, table: &str) -> String {
        let mut statements = Vec::new();
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
        if !self.saves.is_empty() {
            statements.push(updating(table, &self.saves));
        }
        statements.join("; ")
    }
}

/// The first row tells of the locks, the others are sessions.
fn taken(rows: &[MySqlRow]) -> sqlx::Result<Taken> {
    let (granted, found) = rows.split_first().ok_or(sqlx::Error::RowNotFound)?;
    let granted: &[u8] = granted.try_get(0)?;
    Ok(Taken {
        granted: granted.iter().map(|answer| *answer == b'1').collect(),
        found: by_id(found)?,
    })
}
