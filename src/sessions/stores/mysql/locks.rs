//! Locks between processes: MariaDB's and MySQL's own `GET_LOCK`.
//!
//! Such a lock belongs to the connection that took it. So it is free as soon as the server sees
//! that a process has died, and a save over that very connection proves that it is still held.
//! Those that are free are taken on a connection for many (`carrier/`); whoever finds one taken
//! waits for it on a connection of its own.

use super::{MysqlStore, updating};
use crate::sessions::stores::{
    SharedLock, SharedLocks, StoreError, StoreResult, StoredSession, Version, Words, lease::Lease,
    schema::digest,
};
use async_trait::async_trait;
use sqlx::{MySql, MySqlConnection};
use std::{fmt, time::Duration};
use tokio::sync::Mutex;
use tower_sessions::session::Id;

impl MysqlStore {
    /// The lock's name, for the whole server: so the database is part of it. At most 64
    /// characters, therefore a hash.
    pub(super) fn lock_name(&self, what: &str) -> String {
        format!(
            "sweatbox {}",
            digest(&[&self.pools.place, &self.table, what])
        )
    }
}

#[async_trait]
impl SharedLocks for MysqlStore {
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>> {
        let name = self.lock_name(&id.to_string());
        if let Some(lock) = self.carriers.take(*id, name.clone()).await? {
            return Ok(Some(Box::new(lock)));
        }
        let lease = self.pools.locks.take().await;
        let mut lease = lease.map_err(|error| self.sort(error))?;
        let granted = take(lease.connection(), &name, wait.as_secs_f64()).await;
        if matches!(granted, Ok(false)) {
            lease.end(&granted);
            return Ok(None);
        }
        granted.map_err(|error| self.sort(error))?;
        Ok(Some(Box::new(MysqlLock {
            name,
            words: self.words.clone(),
            place: self.pools.place.clone(),
            lease: Mutex::new(Some(lease)),
        })))
    }
}

/// A lock that was waited for and is held; the server takes it back when the connection ends.
struct MysqlLock {
    name: String,
    words: Words,
    place: String,
    lease: Mutex<Option<Lease<MySql>>>,
}

#[async_trait]
impl SharedLock for MysqlLock {
    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let mut held = self.lease.lock().await;
        let lease = held.take();
        let mut lease = lease.ok_or_else(|| StoreError::Unreachable("the lock is lost".into()))?;
        let [_, _, save, ..] = self.words.sent();
        let statement = updating(save, id, session, over);
        let done = statement.execute(lease.connection()).await;
        let done = done.map_err(|error| StoreError::from(error).at(&self.place))?;
        *held = Some(lease);
        Ok(done.rows_affected() == 1)
    }

    async fn release(&self) {
        let lease = self.lease.lock().await.take();
        let Some(mut lease) = lease else {
            return;
        };
        // Without an answer it is closed, and the lock with it.
        let done = give_back(lease.connection(), &self.name).await;
        if done.is_ok() {
            lease.end(&done);
        }
    }
}

pub(super) async fn take(
    connection: &mut MySqlConnection,
    name: &str,
    wait: f64,
) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar("SELECT GET_LOCK(?, ?)")
        .bind(name)
        .bind(wait);
    let granted: Option<i64> = query.fetch_one(connection).await?;
    Ok(granted == Some(1))
}

pub(super) async fn give_back(connection: &mut MySqlConnection, name: &str) -> sqlx::Result<()> {
    let query = sqlx::query("SELECT RELEASE_LOCK(?)").bind(name);
    query.execute(connection).await.map(|_| ())
}

impl fmt::Debug for MysqlLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MysqlLock({})", self.name)
    }
}
