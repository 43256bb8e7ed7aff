//! The stores of many copies in one process, on connections that they share.
//!
//! With connections of its own for each of a thousand copies, no database would have room for
//! them. Each copy still has its own tables, its own guard and its own fair share.

use super::{
    CookieStore, FileStore, Guarded, MemoryStore, MysqlPools, MysqlStore, SqlitePools, SqliteStore,
    Store, StoreResult, eased, schema::Schema,
};
#[cfg(feature = "postgres")]
use super::{PostgresPools, PostgresStore};
use crate::{
    config::{CookieForm, Refusal, StoreKind, StoreSetup, Tenancy},
    identity::Identity,
};
use std::{path::Path, sync::Arc};

/// A server's connections for the sessions of all copies.
const CONNECTIONS: u32 = 24;
/// How many of them, or of a SQLite file's, one copy may use at a time.
const PLACES: usize = 4;
/// What a copy may keep in memory; with a thousand copies even this is much.
const MEMORY_BYTES: usize = 1024 * 1024;

/// What opens the stores of all copies.
#[derive(Debug)]
pub struct SharedStores {
    kind: StoreKind,
    connections: Connections,
}

#[derive(Debug)]
enum Connections {
    Memory,
    File,
    Cookie(CookieForm),
    Sqlite(SqlitePools),
    Mysql(MysqlPools),
    #[cfg(feature = "postgres")]
    Postgres(PostgresPools),
}

impl SharedStores {
    /// Connects when it is first needed.
    ///
    /// # Errors
    /// A kind of store whose connections cannot be shared.
    pub fn new(setup: &StoreSetup) -> Result<Self, Refusal> {
        let connections = match setup {
            StoreSetup::Memory => Connections::Memory,
            StoreSetup::File => Connections::File,
            StoreSetup::Cookie(form) => Connections::Cookie(*form),
            StoreSetup::Sqlite(file) => Connections::Sqlite(SqlitePools::new(file)),
            StoreSetup::Mysql(credentials) => {
                Connections::Mysql(MysqlPools::new(credentials, CONNECTIONS))
            }
            #[cfg(feature = "postgres")]
            StoreSetup::Postgres(credentials) => {
                Connections::Postgres(PostgresPools::new(credentials, CONNECTIONS))
            }
            #[cfg(any(feature = "redis", feature = "memcached", feature = "mongodb"))]
            other => {
                let kind = other.kind().name();
                return Err(Refusal::new(
                    format!("the store {kind} would need connections of its own for each copy"),
                    "take --store sqlite, or the credentials of a MariaDB or PostgreSQL server",
                ));
            }
        };
        Ok(Self {
            kind: setup.kind(),
            connections,
        })
    }

    /// The store of one copy, prepared when it is first used.
    pub fn open(&self, identity: &Identity) -> Arc<dyn Store> {
        let store: Arc<dyn Store> = match &self.connections {
            Connections::Memory => Arc::new(MemoryStore::bounded(MEMORY_BYTES)),
            Connections::File => Arc::new(FileStore::new(Path::new("."), identity)),
            Connections::Cookie(form) => Arc::new(CookieStore::new(*form, None)),
            Connections::Sqlite(pools) => Arc::new(SqliteStore::sharing(pools, identity)),
            Connections::Mysql(pools) => Arc::new(MysqlStore::sharing(pools, identity)),
            #[cfg(feature = "postgres")]
            Connections::Postgres(pools) => Arc::new(PostgresStore::sharing(pools, identity)),
        };
        let guarded = Arc::new(Guarded::sharing(store, PLACES));
        eased(guarded, self.kind, Tenancy::Alone)
    }

    /// Whether the database answers and lets us in, as seen by one of the copies, whose own
    /// tables do not matter here.
    ///
    /// # Errors
    /// As every operation of a store.
    pub async fn check(&self, identity: &Identity) -> StoreResult<()> {
        let tables = match &self.connections {
            Connections::Memory | Connections::File | Connections::Cookie(_) => return Ok(()),
            Connections::Sqlite(pools) => {
                let store = SqliteStore::sharing(pools, identity);
                store.make_file()?;
                store.tables().await
            }
            Connections::Mysql(pools) => MysqlStore::sharing(pools, identity).tables().await,
            #[cfg(feature = "postgres")]
            Connections::Postgres(pools) => PostgresStore::sharing(pools, identity).tables().await,
        };
        tables.map(|_| ())
    }

    /// Makes the tables of all these copies at once, where one after another would cost much:
    /// every change of a SQLite file's tables makes every connection read them all again.
    ///
    /// # Errors
    /// As every operation of a store; then each copy makes its own when it is first used.
    pub async fn prepare(&self, identities: &[&Identity]) -> StoreResult<()> {
        match &self.connections {
            Connections::Sqlite(pools) => pools.prepare(identities).await,
            _ => Ok(()),
        }
    }

    /// Closes the connections.
    pub async fn close(&self) {
        match &self.connections {
            Connections::Memory | Connections::File | Connections::Cookie(_) => {}
            Connections::Sqlite(pools) => pools.close().await,
            Connections::Mysql(pools) => pools.close().await,
            #[cfg(feature = "postgres")]
            Connections::Postgres(pools) => pools.close().await,
        }
    }
}
