//! PostgreSQL.

mod locks;
mod pools;
mod schema;

pub use pools::PostgresPools;

use super::{
    About, Listed, SharedLocks, Store, StoreError, StoreResult, StoredSession, Tenancy, Version,
    Words,
    lease::Lease,
    schema::{Schema, not_allowed},
};
use crate::{config::Credentials, identity::Identity};
use async_trait::async_trait;
use sqlx::{Postgres, postgres::PgArguments, query::Query};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// Sessions in a table of a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    pools: PostgresPools,
    /// Whether others go on using the pools when this store is closed.
    shared: bool,
    identity: Identity,
    table: String,
    words: Words,
}

/// The most connections of a copy that is alone. The whole class shares the server's (100 by
/// default), so it has few and gives them back: docs/SHARED_HOST.md.
const CONNECTIONS: u32 = 4;

impl PostgresStore {
    /// Connects when it is first needed.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        Self::on(
            PostgresPools::new(credentials, CONNECTIONS),
            false,
            identity,
        )
    }

    /// Sessions in the database of `pools`, which are left open for others.
    pub fn sharing(pools: &PostgresPools, identity: &Identity) -> Self {
        Self::on(pools.clone(), true, identity)
    }

    fn on(pools: PostgresPools, shared: bool, identity: &Identity) -> Self {
        Self {
            words: words(&identity.names.session_table()),
            table: identity.names.session_table(),
            identity: identity.clone(),
            pools,
            shared,
        }
    }

    async fn lease(&self) -> StoreResult<Lease<Postgres>> {
        let lease = self.pools.sessions.take().await;
        lease.map_err(|error| self.sort(error))
    }

    /// Runs a statement; how many rows it found.
    async fn execute(&self, statement: Query<'_, Postgres, PgArguments>) -> sqlx::Result<u64> {
        let mut lease = self.pools.sessions.take().await?;
        let done = statement.execute(lease.connection()).await;
        lease.end(&done);
        done.map(|done| done.rows_affected())
    }

    fn not_allowed(&self, why: &str) -> StoreError {
        not_allowed(&self.pools.place, why, self.statements())
    }

    /// Names what a student can mend; the rest as for every SQL store.
    fn sort(&self, error: sqlx::Error) -> StoreError {
        let place = &self.pools.place;
        let code = error.as_database_error().and_then(|error| error.code());
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        match code.as_deref() {
            Some("28P01" | "28000") => StoreError::refused(
                format!("{place}: wrong user or password"),
                format!("correct `user` and `password` in {}", self.pools.source),
            ),
            Some("3D000") => StoreError::refused(
                format!("{place}: there is no such database"),
                format!(
                    "correct `database` in {}, or ask for it to be made",
                    self.pools.source
                ),
            ),
            Some("42501") => self.not_allowed(&error.to_string()),
            // It ends our connection, because it is stopping or has not heard from us for long.
            Some("57P01" | "57P02" | "57P05") => {
                StoreError::Disconnected(format!("{place}: {error}"))
            }
            // Too many connections, or it is starting: it passes.
            Some("53300" | "57P03") => StoreError::Unreachable(format!("{place}: {error}")),
            // A read-only server, as a standby is; a full disk.
            Some("25006" | "53100") => StoreError::Unwritable(format!("{place}: {error}")),
            Some("42P01") => StoreError::Unprepared(format!("{place}: {error}")),
            _ => StoreError::from(error).at(place),
        }
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn words(&self) -> &Words {
        &self.words
    }

    async fn inspect(&self) -> StoreResult<bool> {
        let prepared = Schema::inspect(self).await?;
        if !prepared {
            self.may_make().await?;
        }
        Ok(prepared)
    }

    async fn about(&self) -> StoreResult<About> {
        let query = "SELECT 'PostgreSQL ' || current_setting('server_version'), clock_timestamp()";
        let mut lease = self.lease().await?;
        let row = sqlx::query_as(query).fetch_one(lease.connection()).await;
        lease.end(&row);
        let (version, clock): (String, OffsetDateTime) = row.map_err(|error| self.sort(error))?;
        Ok(About {
            version,
            clock: Some(clock),
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        Schema::prepare(self).await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let [create, ..] = self.words.sent();
        let statement = sqlx::query(create)
            .bind(id.to_string())
            .bind(&session.data)
            .bind(session.expiry)
            .bind(session.version.0);
        match self.execute(statement).await {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort(error)),
        }
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let [_, load, ..] = self.words.sent();
        let query = sqlx::query_as(load).bind(id.to_string());
        let mut lease = self.lease().await?;
        let row = query.fetch_optional(lease.connection()).await;
        lease.end(&row);
        let row: Option<(Vec<u8>, OffsetDateTime, i64)> = row.map_err(|error| self.sort(error))?;
        Ok(row.map(|(data, expiry, version)| StoredSession {
            data,
            expiry,
            version: Version(version),
        }))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let [_, _, save, ..] = self.words.sent();
        let statement = updating(save, id, session, over);
        let rows = self.execute(statement).await;
        rows.map(|rows| rows == 1).map_err(|error| self.sort(error))
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let [.., touch, _] = self.words.sent();
        let statement = sqlx::query(touch).bind(expiry).bind(id.to_string());
        let rows = self.execute(statement).await;
        rows.map(|rows| rows == 1).map_err(|error| self.sort(error))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let [.., delete] = self.words.sent();
        let statement = sqlx::query(delete).bind(id.to_string());
        let rows = self.execute(statement).await;
        rows.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        let table = &self.table;
        let statement = format!(
            "DELETE FROM {table} WHERE id IN \
             (SELECT id FROM {table} WHERE expiry_date <= $1 LIMIT $2)"
        );
        let statement = sqlx::query(&statement).bind(now).bind(i64::from(limit));
        self.execute(statement)
            .await
            .map_err(|error| self.sort(error))
    }

    async fn count(&self) -> StoreResult<u64> {
        let query = format!("SELECT COUNT(*) FROM {}", self.table);
        let query = sqlx::query_scalar(&query);
        let mut lease = self.lease().await?;
        let count: Result<i64, _> = query.fetch_one(lease.connection()).await;
        lease.end(&count);
        count
            .map(i64::unsigned_abs)
            .map_err(|error| self.sort(error))
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        let table = &self.table;
        let query = format!(
            "SELECT id, LENGTH(data), expiry_date FROM {table} \
             WHERE starts_with(id, $1) ORDER BY expiry_date DESC LIMIT $2"
        );
        let query = sqlx::query_as(&query).bind(prefix).bind(i64::from(limit));
        let mut lease = self.lease().await?;
        let rows = query.fetch_all(lease.connection()).await;
        lease.end(&rows);
        let rows: Vec<(String, i32, OffsetDateTime)> = rows.map_err(|error| self.sort(error))?;
        let listed = rows.into_iter().filter_map(|(id, bytes, expiry)| {
            Some(Listed {
                id: id.parse().ok()?,
                bytes: u64::from(bytes.unsigned_abs()),
                expiry,
            })
        });
        Ok(listed.collect())
    }

    async fn claim(&self, tenancy: Tenancy) -> StoreResult<bool> {
        self.claim_as(tenancy).await
    }

    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        Some(self)
    }

    async fn ping(&self) -> StoreResult<()> {
        let query = format!("SELECT 1 FROM {} LIMIT 1", self.table);
        let rows = self.execute(sqlx::query(&query)).await;
        rows.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn close(&self) {
        match self.shared {
            true => self.give_claim_back().await,
            false => self.pools.close().await,
        }
    }
}

fn words(table: &str) -> Words {
    Words::new([
        format!("INSERT INTO {table} VALUES ($1, $2, $3, $4)"),
        format!("SELECT data, expiry_date, version FROM {table} WHERE id = $1"),
        format!(
            "UPDATE {table} SET data = $1, expiry_date = $2, version = $3 \
             WHERE id = $4 AND version IN ($5, $3)"
        ),
        format!("UPDATE {table} SET expiry_date = $1 WHERE id = $2"),
        format!("DELETE FROM {table} WHERE id = $1"),
    ])
}

fn updating<'q>(
    statement: &'q str,
    id: &Id,
    session: &'q StoredSession,
    over: Version,
) -> Query<'q, Postgres, PgArguments> {
    sqlx::query(statement)
        .bind(&session.data)
        .bind(session.expiry)
        .bind(session.version.0)
        .bind(id.to_string())
        .bind(over.0)
}
