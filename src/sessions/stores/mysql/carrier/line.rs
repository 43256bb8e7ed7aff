//! A carrier's connection, and the locks that are held on it.

use super::{
    super::errors::number,
    tick::{Taken, Tick},
};
use crate::sessions::stores::lease::Lease;
use sqlx::MySql;
use std::collections::HashSet;

/// A connection from its first lock to its last.
#[derive(Debug)]
pub(super) struct Line {
    lease: Lease<MySql>,
    /// No other one has it: a lock of an earlier connection is known by it.
    pub(super) number: u64,
    /// The names of the locks.
    pub(super) held: HashSet<String>,
}

/// Why a tick was not done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server refused a statement; the connection, and the locks, are as they were.
    Refused(sqlx::Error),
    /// The connection has ended, or nobody knows.
    Broken(sqlx::Error),
}

impl Line {
    pub(super) fn new(lease: Lease<MySql>, number: u64) -> Self {
        Self {
            lease,
            number,
            held: HashSet::new(),
        }
    }

    /// Does what `tick` says, and keeps the account of the locks; whether all sessions were saved.
    pub(super) async fn run(
        &mut self,
        table: &str,
        tick: &Tick<'_>,
        mut told: impl FnMut(u64, Taken) + Send,
    ) -> Result<bool, Trouble> {
        let (held, number) = (&mut self.held, self.number);
        held.retain(|name| !tick.back.contains(&&**name));
        let told = |taken: Taken| {
            let granted = tick.takes.iter().zip(&taken.granted);
            let granted = granted.filter(|(_, granted)| **granted);
            held.extend(granted.map(|((_, name), _)| name.to_string()));
            told(number, taken);
        };
        let saved = tick.run(self.lease.connection(), table, told).await;
        saved.map_err(Trouble::of)
    }

    /// Gives locks back that may have been taken.
    pub(super) async fn give_back(&mut self, table: &str, back: Vec<&str>) -> sqlx::Result<()> {
        let tick = Tick {
            back,
            ..Tick::default()
        };
        let done = self.run(table, &tick, |_, _| {}).await;
        done.map(|_| ()).map_err(Trouble::into_error)
    }

    /// Lets others have the connection.
    pub(super) fn end(self) {
        self.lease.end(&Ok(()));
    }
}

impl Trouble {
    pub(super) fn into_error(self) -> sqlx::Error {
        match self {
            Self::Refused(error) | Self::Broken(error) => error,
        }
    }

    fn of(error: sqlx::Error) -> Self {
        match number(&error) {
            // The server shuts down, or has ended the connection: killed, or idle for too long.
            Some(1053 | 1927 | 4031) | None => Self::Broken(error),
            Some(_) => Self::Refused(error),
        }
    }
}
