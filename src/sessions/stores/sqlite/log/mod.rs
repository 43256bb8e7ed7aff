//! The log of changes (the `-wal` file), copied into the database beside the visitors.
//!
//! Left alone, SQLite copies the log (a "checkpoint") as soon as it has 1,000 pages: in the midst of
//! the change that comes just then, and whoever wants to change something waits until the disk has
//! it all. Pages in no order, as a purge makes them, take 15 ms. So a task copies them while others
//! write, lets the disk have them, and asks for the writer's turn only for the little that came
//! meanwhile: the log can begin anew only if nothing is missing in the database.
//!
//! <https://www.sqlite.org/wal.html#ckpt>

#[cfg(test)]
mod tests;

use super::SqlitePools;
use crate::sessions::stores::lease::Lease;
use sqlx::{Sqlite, sqlite::SqliteConnectOptions};
use std::{
    fs::File,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::OwnedMutexGuard;

/// After about so many pages the task looks at the log.
const LOOK: u64 = 1000;
/// A log of so many pages is made to begin anew.
const FULL: i64 = 2000;
/// At so many SQLite copies the log by itself after all: the task has failed, or another process
/// writes as well.
const TOO_MANY: u32 = 8000;
/// The size of a page, unless the file was made by somebody else.
const PAGE: u64 = 4096;

/// What is known of the log without asking for it.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// Pages that were written since the task has looked, as it is estimated.
    pages: AtomicU64,
    /// Whoever copies the log has it.
    turn: Arc<tokio::sync::Mutex<()>>,
    failing: AtomicBool,
    /// The database, under the number that tells it from another one of its name.
    database: Mutex<Option<(u64, &'static File)>>,
}

/// Leaves the log to the task, as long as it comes along.
pub(super) fn left_alone(options: SqliteConnectOptions) -> SqliteConnectOptions {
    let longest = u64::from(TOO_MANY) * PAGE;
    options
        .pragma("wal_autocheckpoint", TOO_MANY.to_string())
        // The file keeps its length for the next changes; beyond this it is cut.
        .pragma("journal_size_limit", longest.to_string())
}

/// About how many pages a change puts into the log: each row is in the table and in an index.
pub(super) fn pages(rows: u64, bytes: usize) -> u64 {
    rows * 2 + bytes as u64 / PAGE
}

impl SqlitePools {
    /// Takes note of a change; now and then one of them sends the task off.
    pub(super) fn wrote(&self, pages: u64) {
        if self.log.pages.fetch_add(pages, Ordering::Relaxed) + pages < LOOK {
            return;
        }
        if let Ok(turn) = self.log.turn.clone().try_lock_owned() {
            tokio::spawn(self.clone().copy_log(turn));
        }
    }

    /// Until nothing much has come meanwhile. An error ends one run, never the runs.
    async fn copy_log(self, _turn: OwnedMutexGuard<()>) {
        while self.log.pages.load(Ordering::Relaxed) >= LOOK {
            self.log.pages.store(0, Ordering::Relaxed);
            let copied = self.copy_once().await;
            let failed_before = self.log.failing.swap(copied.is_err(), Ordering::Relaxed);
            match copied {
                Err(error) if !failed_before && !self.writer.are_closing() => {
                    let file = self.file.display();
                    tracing::warn!(%file, %error, "the log is not copied; the next run goes on");
                }
                _ => {}
            }
        }
    }

    async fn copy_once(&self) -> sqlx::Result<()> {
        // Without the writer's turn, if anybody else is there: most of it, since others go on.
        if checkpoint(self.reader().await?).await? < FULL {
            return Ok(());
        }
        self.sync_database().await?;
        // With it: the rest. The next change begins the log anew.
        checkpoint(self.writer.take().await?).await?;
        Ok(())
    }

    /// Waits until the disk has what was copied, for which the writer's turn would wait otherwise.
    /// SQLite itself does so only when nobody writes meanwhile.
    async fn sync_database(&self) -> sqlx::Result<()> {
        let Some(database) = self.log.database(self)? else {
            return Ok(());
        };
        let synced = tokio::task::spawn_blocking(|| database.sync_data()).await;
        Ok(synced.map_err(std::io::Error::from)??)
    }
}

impl Log {
    /// The database, open for nothing but that. It is never closed: a process that closes a file
    /// loses all locks that it has on it, those of SQLite's connections as well.
    fn database(&self, pools: &SqlitePools) -> sqlx::Result<Option<&'static File>> {
        let Some(number) = pools.present.number() else {
            return Ok(None);
        };
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        match *database {
            Some((known, file)) if known == number => Ok(Some(file)),
            _ => {
                let file: &'static File = Box::leak(Box::new(open(&pools.file)?));
                *database = Some((number, file));
                Ok(Some(file))
            }
        }
    }
}

fn open(file: &Path) -> std::io::Result<File> {
    File::options().read(true).write(true).open(file)
}

/// Copies what nobody needs in the log any more, and waits for nobody; how long the log is, in
/// pages.
async fn checkpoint(mut lease: Lease<Sqlite>) -> sqlx::Result<i64> {
    let copying = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)");
    let copied: sqlx::Result<(i64, i64, i64)> = copying.fetch_one(lease.connection()).await;
    lease.end(&copied);
    copied.map(|(_, log, _)| log)
}
