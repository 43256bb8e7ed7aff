//! MySQL and MariaDB: what the course uses.

mod batches;
mod carrier;
mod claims;
mod errors;
mod locks;
mod pools;
mod rows;
mod schema;
mod text;

pub use pools::MysqlPools;

use super::{
    About, Batches, Listed, SharedLocks, Store, StoreResult, StoredSession, Tenancy, Version,
    Words, lease::Lease, schema::Schema,
};
use crate::{config::Credentials, identity::Identity};
use async_trait::async_trait;
use carrier::Carriers;
use rows::Columns;
use sqlx::{MySql, mysql::MySqlArguments, query::Query};
use time::{OffsetDateTime, PrimitiveDateTime};
use tower_sessions::session::Id;

/// Sessions in a table of a MySQL or MariaDB database.
#[derive(Debug)]
pub struct MysqlStore {
    pools: MysqlPools,
    /// Whether others go on using the pools when this store is closed.
    shared: bool,
    identity: Identity,
    table: String,
    words: Words,
    /// The locks of replicas.
    carriers: Carriers,
}

/// The most connections of a copy that is alone. The whole class shares the server's (151 by
/// default), so it has few and gives them back: docs/SHARED_HOST.md.
const CONNECTIONS: u32 = 4;

impl MysqlStore {
    /// Connects when it is first needed.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        Self::on(MysqlPools::new(credentials, CONNECTIONS), false, identity)
    }

    /// Sessions in the database of `pools`, which are left open for others.
    pub fn sharing(pools: &MysqlPools, identity: &Identity) -> Self {
        Self::on(pools.clone(), true, identity)
    }

    fn on(pools: MysqlPools, shared: bool, identity: &Identity) -> Self {
        Self {
            words: words(&identity.names.session_table()),
            carriers: Carriers::new(&pools, &identity.names.session_table()),
            table: identity.names.session_table(),
            identity: identity.clone(),
            pools,
            shared,
        }
    }

    async fn lease(&self) -> StoreResult<Lease<MySql>> {
        let lease = self.pools.sessions.take().await;
        lease.map_err(|error| self.sort(error))
    }

    /// Runs a statement; how many rows it found.
    async fn execute(&self, statement: Query<'_, MySql, MySqlArguments>) -> sqlx::Result<u64> {
        let mut lease = self.pools.sessions.take().await?;
        let done = statement.execute(lease.connection()).await;
        lease.end(&done);
        done.map(|done| done.rows_affected())
    }
}

#[async_trait]
impl Store for MysqlStore {
    fn name(&self) -> &'static str {
        "mysql"
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
        let query = "SELECT CAST(CONCAT(IF(VERSION() LIKE '%MariaDB%', '', 'MySQL '), VERSION()) AS CHAR), UTC_TIMESTAMP(6)";
        let mut lease = self.lease().await?;
        let row = sqlx::query_as(query).fetch_one(lease.connection()).await;
        lease.end(&row);
        let (version, clock): (String, PrimitiveDateTime) =
            row.map_err(|error| self.sort(error))?;
        Ok(About {
            version,
            clock: Some(clock.assume_utc()),
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
            .bind(in_utc(session.expiry))
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
        let row = row.map_err(|error| self.sort(error))?;
        Ok(row.map(|Columns(session)| session))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let [_, _, save, ..] = self.words.sent();
        let statement = updating(save, id, session, over);
        let rows = self.execute(statement).await;
        rows.map(|rows| rows == 1).map_err(|error| self.sort(error))
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let [.., touch, _] = self.words.sent();
        let statement = sqlx::query(touch).bind(in_utc(expiry)).bind(id.to_string());
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
        let statement = format!("DELETE FROM {} WHERE expiry_date <= ? LIMIT ?", self.table);
        let statement = sqlx::query(&statement).bind(in_utc(now)).bind(limit);
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
            "SELECT CAST(id AS CHAR), LENGTH(data), expiry_date FROM {table} \
             WHERE LEFT(id, ?) = CAST(? AS BINARY) ORDER BY expiry_date DESC LIMIT ?"
        );
        let length = prefix.len() as u64;
        let query = sqlx::query_as(&query).bind(length).bind(prefix).bind(limit);
        let mut lease = self.lease().await?;
        let rows = query.fetch_all(lease.connection()).await;
        lease.end(&rows);
        let rows: Vec<(String, i64, PrimitiveDateTime)> = rows.map_err(|error| self.sort(error))?;
        let listed = rows.into_iter().filter_map(|(id, bytes, expiry)| {
            Some(Listed {
                id: id.parse().ok()?,
                bytes: bytes.unsigned_abs(),
                expiry: expiry.assume_utc(),
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

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    async fn ping(&self) -> StoreResult<()> {
        let query = format!("SELECT 1 FROM {} LIMIT 1", self.table);
        let rows = self.execute(sqlx::query(&query)).await;
        rows.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn close(&self) {
        self.carriers.close().await;
        match self.shared {
            true => self.give_claim_back().await,
            false => self.pools.close().await,
        }
    }
}

fn words(table: &str) -> Words {
    Words::new([
        format!("INSERT INTO {table} VALUES (?, ?, ?, ?)"),
        format!("SELECT data, expiry_date, version FROM {table} WHERE id = ?"),
        format!(
            "UPDATE {table} SET data = ?, expiry_date = ?, version = ? \
             WHERE id = ? AND version IN (?, ?)"
        ),
        format!("UPDATE {table} SET expiry_date = ? WHERE id = ?"),
        format!("DELETE FROM {table} WHERE id = ?"),
    ])
}

fn updating<'q>(
    statement: &'q str,
    id: &Id,
    session: &'q StoredSession,
    over: Version,
) -> Query<'q, MySql, MySqlArguments> {
    sqlx::query(statement)
        .bind(&session.data)
        .bind(in_utc(session.expiry))
        .bind(session.version.0)
        .bind(id.to_string())
        .bind(over.0)
        .bind(session.version.0)
}

/// `DATETIME` has no time zone, so every moment goes in as UTC and comes out as UTC.
fn in_utc(moment: OffsetDateTime) -> PrimitiveDateTime {
    let moment = moment.to_offset(time::UtcOffset::UTC);
    PrimitiveDateTime::new(moment.date(), moment.time())
}
