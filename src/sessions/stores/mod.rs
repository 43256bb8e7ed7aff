//! Where sessions live: one file a store, all of one shape, behind one trait.
//!
//! A store moves bytes and knows nothing else: not what they mean, not who may read them, not
//! what time it is. All rules are kept above it, so that they hold for every store alike.

mod file;
mod guarded;
mod lease;
mod memory;
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod schema;
mod sqlite;

pub use file::FileStore;
pub use guarded::Guarded;
pub use memory::MemoryStore;
pub use mysql::MysqlStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;
pub use sqlite::SqliteStore;

use crate::{
    config::{Refusal, StoreSetup},
    identity::Identity,
};
use async_trait::async_trait;
use std::{path::Path, sync::Arc};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// One session as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The encoded session, whatever it holds.
    pub data: Vec<u8>,
    /// From this moment on the session counts as gone; to the microsecond.
    pub expiry: OffsetDateTime,
}

/// What a store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Program and version, such as `MariaDB 10.11.6`.
    pub version: String,
    /// The time of day there, if it is another machine's to tell.
    pub clock: Option<OffsetDateTime>,
}

/// A place that keeps sessions.
///
/// "Not there" is never an error: it is `None`, `false` or nothing to do. An expired session
/// may still be returned; whoever asks compares its `expiry` with the clock.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync + 'static {
    /// The name by which `--store` and the pages call it.
    fn name(&self) -> &'static str;

    /// Looks at what is there without making anything; `false` when [`prepare`](Self::prepare)
    /// has something to make, and may. What may not be used or made is [`StoreError::Refused`].
    async fn inspect(&self) -> StoreResult<bool>;

    /// Which program it is, and what time it is there.
    async fn about(&self) -> StoreResult<About>;

    /// Makes the store usable: as [`inspect`](Self::inspect), then makes what is missing.
    async fn prepare(&self) -> StoreResult<()>;

    /// Writes a new session; `false` when `id` is taken.
    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool>;

    /// Reads a session.
    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>>;

    /// Overwrites a session; `false`, and nothing written, when it is gone.
    async fn save(&self, id: &Id, session: &StoredSession) -> StoreResult<bool>;

    /// Moves the expiry alone; `false` when the session is gone.
    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool>;

    /// Removes a session.
    async fn delete(&self, id: &Id) -> StoreResult<()>;

    /// Removes at most `limit` sessions that expired before `now`; says how many it removed. A
    /// store that removes them by itself has nothing to do.
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64>;

    /// How many sessions there are, expired ones included as long as they are not purged.
    async fn count(&self) -> StoreResult<u64>;

    /// A round trip that proves that the store answers.
    async fn ping(&self) -> StoreResult<()>;

    /// Gives its connections back. Nothing may be asked of the store afterwards.
    async fn close(&self);
}

/// The store that was chosen, under the names of `identity`. Nothing is made or connected yet.
pub fn open(setup: &StoreSetup, identity: &Identity) -> Arc<dyn Store> {
    match setup {
        StoreSetup::Memory => Arc::new(MemoryStore::new()),
        StoreSetup::File => Arc::new(FileStore::new(Path::new("."), identity)),
        StoreSetup::Sqlite(file) => Arc::new(SqliteStore::new(file, identity)),
        StoreSetup::Mysql(credentials) => Arc::new(MysqlStore::new(credentials, identity)),
        #[cfg(feature = "postgres")]
        StoreSetup::Postgres(credentials) => Arc::new(PostgresStore::new(credentials, identity)),
        #[cfg(feature = "redis")]
        StoreSetup::Redis(credentials) => Arc::new(RedisStore::new(credentials, identity)),
    }
}

/// What a store answers.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a store did not do what it was asked. The texts are for logs and for the owner.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The connection died under the statement; another one may live.
    #[error("the connection was lost: {0}")]
    Disconnected(String),
    /// The server cannot be reached or does not answer in time; it may come back.
    #[error("{0}")]
    Unreachable(String),
    /// The server is there and will not have us: wrong password, foreign table, no rights.
    #[error("{problem}; to mend it: {mend}")]
    Refused {
        /// What is wrong.
        problem: String,
        /// What mends it.
        mend: String,
    },
    /// The tables were there and are not any more; they can be made again.
    #[error("{0}")]
    Unprepared(String),
    /// Anything else that the server reported.
    #[error("{0}")]
    Failed(String),
}

impl StoreError {
    /// The same, with the server's place where the text alone does not tell which one it was.
    fn at(self, place: &str) -> Self {
        match self {
            Self::Unreachable(why) => Self::Unreachable(format!("{place}: {why}")),
            Self::Disconnected(why) => Self::Disconnected(format!("{place}: {why}")),
            other => other,
        }
    }

    pub(crate) fn refused(problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Refused {
            problem: problem.into(),
            mend: mend.into(),
        }
    }
}

impl From<Refusal> for StoreError {
    fn from(Refusal { problem, mend }: Refusal) -> Self {
        Self::Refused { problem, mend }
    }
}

/// Sorts what `sqlx` reports by what can be done about it.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(error) => Self::Disconnected(error.to_string()),
            sqlx::Error::Protocol(error) => Self::Disconnected(error),
            sqlx::Error::PoolTimedOut => Self::Unreachable("no connection within 1 s".into()),
            other => Self::Failed(other.to_string()),
        }
    }
}
