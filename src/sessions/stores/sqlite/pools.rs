//! The connections to a SQLite file: one copy's own, or those of all copies of a process.

use super::{
    demand::Demand,
    log::{self, Log},
    present::Present,
};
use crate::sessions::stores::lease::{Lease, Leases};
use sqlx::{
    Sqlite,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Readers and a writer, opened when first needed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SqlitePools {
    pub(super) file: PathBuf,
    pub(super) present: Arc<Present>,
    pub(super) readers: Leases<Sqlite>,
    /// SQLite lets one write at a time; the others would ask again and again, with luck in time,
    /// and a purge would push ahead of them all. Waiting for the one connection is a fair queue.
    pub(super) writer: Leases<Sqlite>,
    pub(super) log: Arc<Log>,
    pub(super) demand: Arc<Demand>,
}

impl SqlitePools {
    /// Connections to `file`, which need not be there yet. However many copies share them,
    /// readers never wait for long: a statement takes microseconds.
    pub fn new(file: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            // Readers and the one writer do not block each other, and a commit that survives
            // a crash of the program need not wait for the disk.
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(1));
        let options = log::left_alone(options);
        let present = Arc::new(Present::new(file));
        let pool = |connections| {
            let opened = present.clone();
            let pool = SqlitePoolOptions::new()
                .before_acquire(move |_, connection| {
                    let keep = opened.is_open_in(connection.age);
                    Box::pin(async move { Ok(keep) })
                })
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(1))
                .test_before_acquire(false)
                .connect_lazy_with(options.clone());
            Leases::to_file(pool, &present)
        };
        Self {
            file: file.into(),
            readers: pool(4),
            writer: pool(1),
            present,
            log: Arc::default(),
            demand: Arc::new(Demand::new()),
        }
    }

    /// A connection for a short look: the writer's as long as it is free and does alone. Each one
    /// has a thread and a cache, which is much for a copy that few visit.
    pub(super) async fn reader(&self) -> sqlx::Result<Lease<Sqlite>> {
        if self.readers.are_closed()
            && let Some(lease) = self.writer.take_if_free().await
        {
            return lease;
        }
        self.readers.take().await
    }

    /// Closes them all, for everybody.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
