//! Where sessions live: one file a store, all of one shape, behind one trait.
//!
//! A store moves bytes and knows nothing else: not what they mean, not who may read them, not
//! what time it is. All rules are kept above it, so that they hold for every store alike.

mod claim_file;
mod claims;
mod cookie;
mod error;
mod file;
mod grouped;
mod guarded;
mod lane;
mod lease;
#[cfg(feature = "memcached")]
mod memcached;
mod memory;
#[cfg(feature = "mongodb")]
mod mongodb;
mod mysql;
mod pace;
#[cfg(feature = "postgres")]
mod postgres;
mod recent;
mod recorded;
#[cfg(feature = "redis")]
mod redis;
#[cfg(test)]
pub(super) mod rehearsed;
mod schema;
mod shared;
mod sqlite;
mod stored;
mod words;

#[cfg(feature = "mongodb")]
pub use self::mongodb::MongodbStore;
pub use cookie::CookieStore;
pub use error::{StoreError, StoreResult};
pub use file::FileStore;
pub use grouped::Grouped;
pub use guarded::Guarded;
#[cfg(feature = "memcached")]
pub use memcached::MemcachedStore;
pub use memory::MemoryStore;
pub use mysql::{MysqlPools, MysqlStore};
pub use pace::Pace;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresPools, PostgresStore};
pub use recent::Recent;
pub(super) use recorded::Recorded;
#[cfg(feature = "redis")]
pub use redis::RedisStore;
pub use shared::SharedStores;
pub use sqlite::{SqlitePools, SqliteStore};
pub use stored::{Row, StoredSession, Version};
pub use words::Words;

use super::masked;
use crate::{
    config::{CookieForm, StoreKind, StoreSetup, Tenancy},
    identity::Identity,
};
use async_trait::async_trait;
use std::{path::Path, sync::Arc, time::Duration};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// What a store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Program and version, such as `MariaDB 10.11.6`.
    pub version: String,
    /// The time of day there, if it is another machine's to tell.
    pub clock: Option<OffsetDateTime>,
}

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: Id,
    /// The size of its data.
    pub bytes: u64,
    /// From this moment on it counts as gone.
    pub expiry: OffsetDateTime,
}

/// How long a claim outlives a killed process where the store does not see that it has died.
pub const CLAIM_LEASE: Duration = Duration::from_secs(6);

/// Locks that hold between all processes on a store.
#[async_trait]
pub trait SharedLocks: Send + Sync {
    /// Waits for the lock of the session `id`, at most `wait`; `None` when it was not free.
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>>;
}

/// One session's lock among all processes, held until it is released. That of a killed process
/// is free again after [`LOCK_LEASE`] at most.
#[async_trait]
pub trait SharedLock: std::fmt::Debug + Send + Sync {
    /// The session as it was under the lock, if the store has read it as it granted the lock;
    /// once, since it may change afterwards. `None` means: ask the store.
    fn loaded(&self) -> Option<Option<StoredSession>> {
        None
    }

    /// As [`Store::save`], and fails when the lock was lost in the meantime: somebody else may
    /// have changed the session since it was read.
    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool>;

    /// Gives the lock back.
    async fn release(&self);
}

/// Several sessions at the price of one statement.
#[async_trait]
pub trait Batches: Send + Sync {
    /// Writes new sessions of different ids, all or none; `false` when an id is taken.
    async fn create_all(&self, rows: &[Row]) -> StoreResult<bool>;

    /// As [`Store::save`] for sessions of different ids; `false` when some of them were not
    /// overwritten, whereas the others were.
    async fn save_all(&self, rows: &[Row]) -> StoreResult<bool>;

    /// Whether [`load_all`](Self::load_all) is there, and cheaper than to load one by one.
    fn loads(&self) -> bool {
        false
    }

    /// As [`Store::load`] for each of these sessions, in this order.
    async fn load_all(&self, _: &[Id]) -> StoreResult<Vec<Option<StoredSession>>> {
        Err(StoreError::Failed("sessions are loaded one by one".into()))
    }
}

/// How long a lock outlives a killed process where the store does not see that it has died.
pub const LOCK_LEASE: Duration = Duration::from_secs(5);

/// A place that keeps sessions.
///
/// "Not there" is never an error: it is `None`, `false` or nothing to do. An expired session
/// may still be returned; whoever asks compares its `expiry` with the clock.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync + 'static {
    /// The name by which `--store` and the pages call it.
    fn name(&self) -> &'static str;

    /// What it says, or does, for each operation.
    fn words(&self) -> &Words;

    /// In which form the cookie holds the session itself; `None` when it holds the id alone.
    fn in_cookie(&self) -> Option<CookieForm> {
        None
    }

    /// Looks at what is there without making anything; `false` when [`prepare`](Self::prepare)
    /// has something to make, and may. What may not be used or made is [`StoreError::Refused`].
    async fn inspect(&self) -> StoreResult<bool>;

    /// Which program it is, and what time it is there.
    async fn about(&self) -> StoreResult<About>;

    /// Makes the store usable: as [`inspect`](Self::inspect), then makes what is missing.
    async fn prepare(&self) -> StoreResult<()>;

    /// Writes a new session; `false` when `id` is taken.
    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool>;

    /// What [`load`](Self::load) would answer without asking the store; `None` when it would ask.
    fn recall(&self, _: &Id) -> Option<StoredSession> {
        None
    }

    /// Reads a session.
    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>>;

    /// Overwrites the version `over` of a session; `false`, and nothing written, when it is gone
    /// or has another one. Done once more, the same save is done.
    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool>;

    /// Moves the expiry alone, whatever the version; `false` when the session is gone.
    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool>;

    /// Removes a session.
    async fn delete(&self, id: &Id) -> StoreResult<()>;

    /// Removes at most `limit` sessions that expired before `now`; says how many it removed. A
    /// store that removes them by itself has nothing to do.
    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64>;

    /// How fast a purge may go, in view of what visitors have asked since it looked last.
    fn pace(&self) -> Pace {
        Pace::STEADY
    }

    /// How many sessions there are, expired ones included as long as they are not purged.
    async fn count(&self) -> StoreResult<u64>;

    /// At most `limit` sessions whose ids begin with `prefix`, for the owner's eyes.
    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>>;

    /// Claims the sessions for this process, or renews its claim; asked every two seconds.
    /// `false` when the claim of another process, alive or dead for less than [`CLAIM_LEASE`],
    /// does not go with ours. Given back by [`close`](Self::close).
    async fn claim(&self, tenancy: Tenancy) -> StoreResult<bool>;

    /// Locks that hold between processes; `None` when the store has nothing to make them of.
    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        None
    }

    /// Writes of several sessions at once; `None` when that is no cheaper here.
    fn batches(&self) -> Option<&dyn Batches> {
        None
    }

    /// A round trip that proves that the store answers.
    async fn ping(&self) -> StoreResult<()>;

    /// Gives its connections back. Nothing may be asked of the store afterwards.
    async fn close(&self);
}

/// A record that is none of ours: its visitor is a new one, and whoever owns the copy is told.
/// An error would be one at every request, for ever.
fn unreadable(store: &dyn Store, id: &Id) -> Option<StoredSession> {
    let (store, session) = (store.name(), masked(id));
    tracing::warn!(store, %session, "an unreadable record counts as none");
    None
}

/// The moment so many microseconds after 1970.
fn from_micros(micros: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
}

/// The store that was chosen, under the names of `identity`. Nothing is made or connected yet.
pub fn open(setup: &StoreSetup, identity: &Identity) -> Arc<dyn Store> {
    match setup {
        StoreSetup::Memory => Arc::new(MemoryStore::new()),
        StoreSetup::File => Arc::new(FileStore::new(Path::new("."), identity)),
        StoreSetup::Cookie(form) => Arc::new(CookieStore::new(*form, None)),
        StoreSetup::Sqlite(file) => Arc::new(SqliteStore::new(file, identity)),
        StoreSetup::Mysql(credentials) => Arc::new(MysqlStore::new(credentials, identity)),
        #[cfg(feature = "postgres")]
        StoreSetup::Postgres(credentials) => Arc::new(PostgresStore::new(credentials, identity)),
        #[cfg(feature = "redis")]
        StoreSetup::Redis(credentials) => Arc::new(RedisStore::new(credentials, identity)),
        #[cfg(feature = "memcached")]
        StoreSetup::Memcached(credentials) => Arc::new(MemcachedStore::new(credentials, identity)),
        #[cfg(feature = "mongodb")]
        StoreSetup::Mongodb(credentials) => Arc::new(MongodbStore::new(credentials, identity)),
    }
}

/// A guarded store with what spares it work: those that are read or written at the same time go
/// together, and, as long as this process alone serves its sessions, those that were just read or
/// written are remembered. What lies in the process or beside it goes without.
pub fn eased(store: Arc<dyn Store>, kind: StoreKind, tenancy: Tenancy) -> Arc<dyn Store> {
    let near = matches!(
        kind,
        StoreKind::Memory | StoreKind::File | StoreKind::Cookie
    );
    if near {
        return store;
    }
    let store: Arc<dyn Store> = match store.batches().is_some() {
        true => Arc::new(Grouped::new(store)),
        false => store,
    };
    match tenancy {
        Tenancy::Alone => Arc::new(Recent::new(store)),
        // What another process writes is not known here.
        Tenancy::Replica => store,
    }
}
