//! The embedded SQLite file: the default, which needs no server.

mod batches;
mod changes;
mod demand;
mod errors;
mod log;
mod pools;
mod present;
mod schema;

pub use pools::SqlitePools;
pub(super) use present::Present;

use super::{
    About, Batches, Listed, Pace, Store, StoreResult, StoredSession, Tenancy, Version, Words,
    claim_file::ClaimFile, from_micros, lease::Lease, schema::Schema, unreadable,
};
use crate::{
    config::{could_make, private_file, refuse_if_shared},
    identity::Identity,
};
use async_trait::async_trait;
use sqlx::{Connection, Sqlite};
use std::path::Path;
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// Sessions in a table of a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    pools: SqlitePools,
    /// Whether others go on using the pools when this store is closed.
    shared: bool,
    claim: ClaimFile,
    identity: Identity,
    table: String,
    words: Words,
}

impl SqliteStore {
    /// Sessions in `file`, which is made by [`Store::prepare`] and opened when first needed.
    pub fn new(file: &Path, identity: &Identity) -> Self {
        Self::on(SqlitePools::new(file), false, identity)
    }

    /// Sessions in the file of `pools`, which are left open for others.
    pub fn sharing(pools: &SqlitePools, identity: &Identity) -> Self {
        Self::on(pools.clone(), true, identity)
    }

    fn on(pools: SqlitePools, shared: bool, identity: &Identity) -> Self {
        let folder = pools.file.parent().unwrap_or(Path::new(""));
        Self {
            claim: ClaimFile::new(folder, identity),
            words: words(&identity.names.session_table()),
            table: identity.names.session_table(),
            identity: identity.clone(),
            pools,
            shared,
        }
    }

    /// Makes the file, without any table, unless it is there.
    pub(super) fn make_file(&self) -> StoreResult<()> {
        private_file(&self.pools.file)?;
        self.pools.present.renew();
        Ok(())
    }

    /// For a look by the key.
    async fn reader(&self) -> StoreResult<Lease<Sqlite>> {
        let lease = self.pools.reader().await;
        lease.map_err(|error| self.sort(error))
    }

    /// For a look at the whole table, beside which writing goes on.
    async fn long_reader(&self) -> StoreResult<Lease<Sqlite>> {
        let lease = self.pools.readers.take().await;
        lease.map_err(|error| self.sort(error))
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn words(&self) -> &Words {
        &self.words
    }

    async fn inspect(&self) -> StoreResult<bool> {
        if !self.pools.file.exists() {
            could_make(&self.pools.file)?;
            return Ok(false);
        }
        refuse_if_shared(&self.pools.file)?;
        Schema::inspect(self).await
    }

    async fn about(&self) -> StoreResult<About> {
        // Linked into this program, so there is nobody to ask.
        let connection = sqlx::SqliteConnection::connect("sqlite::memory:").await;
        let mut connection = connection.map_err(|error| self.sort(error))?;
        let query = sqlx::query_scalar("SELECT 'SQLite ' || sqlite_version()");
        let version = query.fetch_one(&mut connection).await;
        self.look_for_damage().await?;
        Ok(About {
            version: version.map_err(|error| self.sort(error))?,
            clock: None,
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        self.make_file()?;
        Schema::prepare(self).await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let [create, ..] = self.words.sent();
        let statement = sqlx::query(create)
            .bind(id.to_string())
            .bind(&session.data)
            .bind(micros(session.expiry))
            .bind(session.version.0);
        match self.execute(statement, session.data.len()).await {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort_change(error)),
        }
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let [_, load, ..] = self.words.sent();
        let query = sqlx::query_as(load).bind(id.to_string());
        self.pools.demand.add(1);
        let mut lease = self.reader().await?;
        let row: Result<Option<(Vec<u8>, i64, i64)>, _> =
            query.fetch_optional(lease.connection()).await;
        lease.end(&row);
        let row = match row {
            // SQLite takes any value in any column.
            Err(sqlx::Error::ColumnDecode { .. }) => return Ok(unreadable(self, id)),
            row => row.map_err(|error| self.sort(error))?,
        };
        let session = |(data, expiry, version)| match from_micros(expiry) {
            Some(expiry) => Some(StoredSession {
                data,
                expiry,
                version: Version(version),
            }),
            None => unreadable(self, id),
        };
        Ok(row.and_then(session))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let [_, _, save, ..] = self.words.sent();
        let statement = sqlx::query(save)
            .bind(&session.data)
            .bind(micros(session.expiry))
            .bind(session.version.0)
            .bind(id.to_string())
            .bind(over.0)
            .bind(session.version.0);
        let rows = self.execute(statement, session.data.len()).await;
        rows.map(|rows| rows == 1)
            .map_err(|error| self.sort_change(error))
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let [.., touch, _] = self.words.sent();
        let statement = sqlx::query(touch).bind(micros(expiry)).bind(id.to_string());
        let rows = self.execute(statement, 0).await;
        rows.map(|rows| rows == 1)
            .map_err(|error| self.sort_change(error))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let [.., delete] = self.words.sent();
        let statement = sqlx::query(delete).bind(id.to_string());
        let rows = self.execute(statement, 0).await;
        rows.map(|_| ()).map_err(|error| self.sort_change(error))
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        let table = &self.table;
        let statement = format!(
            "DELETE FROM {table} WHERE rowid IN \
             (SELECT rowid FROM {table} WHERE expiry_date <= ? LIMIT ?)"
        );
        let statement = sqlx::query(&statement).bind(micros(now)).bind(limit);
        // Not through `execute`: nobody waits for a purge, and it may take its time.
        self.write(statement, 0)
            .await
            .map_err(|error| self.sort_change(error))
    }

    fn pace(&self) -> Pace {
        self.pools.demand.pace()
    }

    async fn count(&self) -> StoreResult<u64> {
        let query = format!("SELECT COUNT(*) FROM {}", self.table);
        let query = sqlx::query_scalar(&query);
        let mut lease = self.long_reader().await?;
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
             WHERE SUBSTR(id, 1, LENGTH(?1)) = ?1 ORDER BY expiry_date DESC LIMIT ?2"
        );
        let query = sqlx::query_as(&query).bind(prefix).bind(limit);
        let mut lease = self.long_reader().await?;
        let rows: Result<Vec<(String, i64, i64)>, _> = query.fetch_all(lease.connection()).await;
        lease.end(&rows);
        let rows = rows.map_err(|error| self.sort(error))?;
        let listed = rows.into_iter().filter_map(|(id, bytes, expiry)| {
            Some(Listed {
                id: id.parse().ok()?,
                bytes: bytes.unsigned_abs(),
                expiry: from_micros(expiry)?,
            })
        });
        Ok(listed.collect())
    }

    async fn claim(&self, _: Tenancy) -> StoreResult<bool> {
        self.claim.claim()
    }

    fn batches(&self) -> Option<&dyn Batches> {
        Some(self)
    }

    async fn ping(&self) -> StoreResult<()> {
        let query = format!("SELECT 1 FROM {} LIMIT 1", self.table);
        let mut lease = self.long_reader().await?;
        let row = sqlx::query(&query).fetch_optional(lease.connection()).await;
        lease.end(&row);
        row.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn close(&self) {
        if !self.shared {
            self.pools.close().await;
        }
        self.claim.release();
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

fn micros(moment: OffsetDateTime) -> i64 {
    // Reaches to the year 294247, so the conversion cannot fail for a `time` date.
    i64::try_from(moment.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}
