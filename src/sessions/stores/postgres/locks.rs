//! Locks between processes: PostgreSQL's own advisory locks.
//!
//! Such a lock belongs to the connection that took it. So it is free as soon as the server sees
//! that a process has died, and a save over that very connection proves that it is still held.

use super::{PostgresStore, updating};
use crate::sessions::stores::{
    SharedLock, SharedLocks, StoreError, StoreResult, StoredSession, Tenancy, Version, Words,
    claims::Claims, lease::Lease, schema::digest,
};
use async_trait::async_trait;
use sqlx::{ConnectOptions, Executor, PgConnection, Postgres};
use std::{fmt, time::Duration};
use tokio::sync::Mutex;
use tower_sessions::session::Id;

impl PostgresStore {
    /// The lock's number within the database: eight bytes of a hash of its name.
    fn lock_number(&self, what: &str) -> i64 {
        let name = digest(&[&self.table, what]);
        let start = name.as_bytes().first_chunk();
        i64::from_be_bytes(*start.expect("a digest has 43 characters"))
    }

    /// The claim is a lock on a connection that does nothing else: replicas share it, others
    /// exclude.
    pub(super) async fn claim_as(&self, tenancy: Tenancy) -> StoreResult<bool> {
        let mut kept = self.pools.claims.lock().await;
        // Taken out while it is asked: given up half-way, it is closed.
        let mut claims = self.living(kept.take()).await?;
        if !claims.held.contains_key(&self.table) {
            let number = self.lock_number("claim");
            let form = match tenancy {
                Tenancy::Alone => "",
                Tenancy::Replica => "_shared",
            };
            let query = format!("SELECT pg_try_advisory_lock{form}({number})");
            let query = sqlx::query_scalar(&query);
            let granted = query.fetch_one(&mut claims.connection).await;
            let granted: bool = granted.map_err(|error| self.sort(error))?;
            if granted {
                let back = format!("SELECT pg_advisory_unlock{form}({number})");
                claims.held.insert(self.table.clone(), back);
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
            Some(back) => claims.connection.execute(&*back).await.map(|_| ()),
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
}

/// The claims on the connection that holds them.
type Connected = Claims<PgConnection>;

#[async_trait]
impl SharedLocks for PostgresStore {
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>> {
        let number = self.lock_number(&id.to_string());
        let lease = self.pools.locks.take().await;
        let mut lease = lease.map_err(|error| self.sort(error))?;
        // Not prepared, so that it may be two statements; 0 would mean "without limit".
        let statement = format!(
            "SET lock_timeout = {}; SELECT pg_advisory_lock({number})",
            wait.as_millis().max(1)
        );
        let done = lease.connection().execute(&*statement).await;
        if let Err(error) = &done {
            let code = error.as_database_error().and_then(|error| error.code());
            // `lock_not_available`: somebody held it all the time.
            if code.as_deref() == Some("55P03") {
                lease.end(&done);
                return Ok(None);
            }
        }
        done.map_err(|error| self.sort(error))?;
        Ok(Some(Box::new(PostgresLock {
            number,
            words: self.words.clone(),
            place: self.pools.place.clone(),
            lease: Mutex::new(Some(lease)),
        })))
    }
}

/// A lock that is held; the server takes it back when the connection ends.
struct PostgresLock {
    number: i64,
    words: Words,
    place: String,
    lease: Mutex<Option<Lease<Postgres>>>,
}

#[async_trait]
impl SharedLock for PostgresLock {
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
        let done = give_back(lease.connection(), self.number).await;
        if done.is_ok() {
            lease.end(&done);
        }
    }
}

async fn give_back(connection: &mut PgConnection, number: i64) -> sqlx::Result<()> {
    let query = sqlx::query("SELECT pg_advisory_unlock($1)").bind(number);
    query.execute(connection).await.map(|_| ())
}

impl fmt::Debug for PostgresLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresLock({})", self.number)
    }
}
