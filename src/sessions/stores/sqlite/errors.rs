//! What SQLite reports, sorted by what can be done about it; and a damaged file, found.

use super::SqliteStore;
use crate::{
    config::quoted,
    sessions::stores::{StoreError, StoreResult},
};
use std::time::Duration;
use tokio::time::timeout;

// https://www.sqlite.org/rescode.html; the low byte is the primary code.
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READ_ONLY: u32 = 8;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANNOT_OPEN: u32 = 14;
const NO_DATABASE: u32 = 26;
/// A write, a flush, a cut and a growth that the system refused: a quota knows no "full".
const NOT_WRITTEN: [u32; 4] = [778, 1034, 1546, 4874];
/// How long somebody may look for damage; a large file takes longer.
const LOOK_LIMIT: Duration = Duration::from_secs(1);

impl SqliteStore {
    /// Names what a student can mend; the rest as for every SQL store.
    pub(super) fn sort(&self, error: sqlx::Error) -> StoreError {
        let file = self.pools.file.display();
        let code = error.as_database_error().and_then(|error| error.code());
        let Some(code) = code.and_then(|code| code.parse::<u32>().ok()) else {
            return error.into();
        };
        match code & 0xff {
            BUSY | LOCKED => StoreError::Unwritable(format!("another process has locked {file}")),
            READ_ONLY | FULL => StoreError::Unwritable(format!("{file}: {error}")),
            _ if NOT_WRITTEN.contains(&code) => {
                StoreError::Unwritable(format!("{file} cannot be written, as on a full disk"))
            }
            CORRUPT | NO_DATABASE => self.damaged(&error.to_string()),
            // It was removed, and can be made again.
            CANNOT_OPEN => StoreError::Unprepared(format!("{file}: {error}")),
            1 if error.to_string().contains("no such table") => {
                StoreError::Unprepared(format!("{file}: {error}"))
            }
            _ => error.into(),
        }
    }

    /// The same for a change. That others are before it for too long says nothing about reading.
    pub(super) fn sort_change(&self, error: sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::PoolTimedOut => {
                let file = self.pools.file.display();
                StoreError::Unwritable(format!("{file} is busy or locked for too long"))
            }
            error => self.sort(error),
        }
    }

    /// Looks at every page of the file, if that can be done soon: damage in its middle shows in
    /// nothing else that a look at the tables asks for.
    pub(super) async fn look_for_damage(&self) -> StoreResult<()> {
        if !self.pools.file.exists() {
            return Ok(());
        }
        let query = sqlx::query_scalar("PRAGMA quick_check(1)");
        let mut lease = self.long_reader().await?;
        let looked = timeout(LOOK_LIMIT, query.fetch_one(lease.connection())).await;
        let Ok(found) = looked else {
            return Ok(());
        };
        lease.end(&found);
        let found: String = found.map_err(|error| self.sort(error))?;
        match found.as_str() {
            "ok" => Ok(()),
            found => Err(self.damaged(found.lines().next_back().unwrap_or_default())),
        }
    }

    fn damaged(&self, what: &str) -> StoreError {
        let (file, word) = (self.pools.file.display(), quoted(&self.pools.file));
        StoreError::refused(
            format!("{file} is damaged or is no database: {what}"),
            // With its `-wal`, which holds the latest changes, for whoever wants to rescue some.
            format!("move it away, and a new one is made: `mkdir damaged && mv {word}* damaged/`"),
        )
    }
}
