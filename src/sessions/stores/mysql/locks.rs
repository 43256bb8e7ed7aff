//! Locks between processes: MariaDB's and MySQL's own `GET_LOCK`.
//!
//! Such a lock belongs to the connection that took it. So it is free as soon as the server sees
//! that a process has died, and a save over that very connection proves that it is still held.

use super::{MysqlStore, updating};
use crate::sessions::stores::{
    SharedLock, SharedLocks, StoreError, StoreResult, StoredSession, Tenancy, Version, Words,
    claims::Claims, lease::Lease, schema::digest,
};
use async_trait::async_trait;
use sqlx::{ConnectOptions, MySql, MySqlConnection};
use std::{fmt, time::Duration};
use tokio::sync::Mutex;
use tower_sessions::session::Id;

/// How many replicas one port may have.
const REPLICAS: usize = 16;
/// How long a replica waits while another one is just starting, in seconds.
const START: f64 = 0.5;

impl MysqlStore {
    /// The lock's name, for the whole server: so the database is part of it. At most 64
    /// characters, therefore a hash.
    fn lock_name(&self, what: &str) -> String {
        format!(
            "sweatbox {}",
            digest(&[&self.pools.place, &self.table, what])
        )
    }

    /// The claim is a lock on a connection that does nothing else. `GET_LOCK` knows no shared
    /// locks, so a replica takes one of 16 places, and whoever is alone holds the door and finds
    /// all empty.
    pub(super) async fn claim_as(&self, tenancy: Tenancy) -> StoreResult<bool> {
        let mut kept = self.pools.claims.lock().await;
        // Taken out while it is asked: given up half-way, it is closed.
        let mut claims = self.living(kept.take()).await?;
        if !claims.held.contains_key(&self.table) {
            let granted = match tenancy {
                Tenancy::Alone => self.claim_alone(&mut claims.connection).await,
                Tenancy::Replica => self.claim_a_place(&mut claims.connection).await,
            };
            if let Some(lock) = granted.map_err(|error| self.sort(error))? {
                claims.held.insert(self.table.clone(), lock);
            }
        }
        let granted = claims.held.contains_key(&self.table);
        *kept = Some(claims).filter(|claims| !claims.held.is_empty());
        Ok(granted)
    }

    /// Gives the claim back and leaves the others' on the connection alone.
    pub(super) async fn give_claim_back(&self) {
        let mut kept = self.pools.claims.lock().await;
        let Some(mut claims) = kept.take() else {
            return;
        };
        let lock = claims.held.remove(&self.table);
        let done = match lock {
            Some(lock) => give_back(&mut claims.connection, &lock).await,
            None => Ok(()),
        };
        // Without an answer it is closed, and the others claim anew.
        *kept = done.is_ok().then_some(claims);
    }

    async fn living(&self, kept: Option<Connected>) -> StoreResult<Connected> {
        if let Some(mut claims) = kept
            && claims.live().await
        {
            return Ok(claims);
        }
        let options = self.pools.locks.connect_options();
        let connection = options.connect().await;
        let connection = connection.map_err(|error| self.sort(error))?;
        Ok(Claims::on(connection))
    }

    /// The lock that was taken, if it was.
    async fn claim_alone(&self, connection: &mut MySqlConnection) -> sqlx::Result<Option<String>> {
        let door = self.lock_name("door");
        if !take(connection, &door, 0.0).await? {
            return Ok(None);
        }
        let query = format!("SELECT {}", ["IS_FREE_LOCK(?)"; REPLICAS].join(" + "));
        let places = (0..REPLICAS).map(|place| self.lock_name(&format!("place {place}")));
        let query = sqlx::query_scalar::<MySql, Option<i64>>(&query);
        let query = places.fold(query, |query, name| query.bind(name));
        let free = query.fetch_one(&mut *connection).await?;
        if free == Some(REPLICAS as i64) {
            return Ok(Some(door));
        }
        give_back(connection, &door).await?;
        Ok(None)
    }

    async fn claim_a_place(
        &self,
        connection: &mut MySqlConnection,
    ) -> sqlx::Result<Option<String>> {
        let door = self.lock_name("door");
        if !take(connection, &door, START).await? {
            return Ok(None);
        }
        let mut taken = None;
        for place in 0..REPLICAS {
            let name = self.lock_name(&format!("place {place}"));
            if take(connection, &name, 0.0).await? {
                taken = Some(name);
                break;
            }
        }
        give_back(connection, &door).await?;
        Ok(taken)
    }
}

/// The claims on the connection that holds them.
type Connected = Claims<MySqlConnection>;

#[async_trait]
impl SharedLocks for MysqlStore {
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>> {
        let name = self.lock_name(&id.to_string());
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

/// A lock that is held; the server takes it back when the connection ends.
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

async fn take(connection: &mut MySqlConnection, name: &str, wait: f64) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar("SELECT GET_LOCK(?, ?)")
        .bind(name)
        .bind(wait);
    let granted: Option<i64> = query.fetch_one(connection).await?;
    Ok(granted == Some(1))
}

async fn give_back(connection: &mut MySqlConnection, name: &str) -> sqlx::Result<()> {
    let query = sqlx::query("SELECT RELEASE_LOCK(?)").bind(name);
    query.execute(connection).await.map(|_| ())
}

impl fmt::Debug for MysqlLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MysqlLock({})", self.name)
    }
}
