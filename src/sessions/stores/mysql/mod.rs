//! MySQL and MariaDB: what the course uses.

mod schema;

use super::{Store, StoreError, StoreResult, StoredSession, schema::Schema};
use crate::{config::Credentials, identity::Identity};
use async_trait::async_trait;
use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use std::time::Duration;
use time::{OffsetDateTime, PrimitiveDateTime};
use tower_sessions::session::Id;

/// Sessions in a table of a MySQL or MariaDB database.
#[derive(Debug)]
pub struct MysqlStore {
    pool: MySqlPool,
    identity: Identity,
    table: String,
    /// `user@host:port/database`, for messages.
    place: String,
}

impl MysqlStore {
    /// Connects when it is first needed.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        let port = credentials.port.unwrap_or(3306);
        let options = MySqlConnectOptions::new()
            .host(&credentials.host)
            .port(port)
            .username(&credentials.user)
            .password(credentials.password.expose_secret())
            .database(&credentials.database);
        let pool = MySqlPoolOptions::new()
            // A class of 300 copies shares the server's connections (151 by default).
            .max_connections(4)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(Duration::from_secs(1))
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let Credentials {
            user,
            host,
            database,
            ..
        } = credentials;
        Self {
            pool,
            table: identity.names.session_table(),
            identity: identity.clone(),
            place: format!("{user}@{host}:{port}/{database}"),
        }
    }

    /// Names what a student can mend; the rest as for every SQL store.
    fn sort(&self, error: sqlx::Error) -> StoreError {
        let place = &self.place;
        let number = error
            .as_database_error()
            .and_then(|error| error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>())
            .map(sqlx::mysql::MySqlDatabaseError::number);
        // https://mariadb.com/kb/en/mariadb-error-code-reference/
        match number {
            Some(1045 | 1698) => StoreError::refused(
                format!("{place}: wrong user or password"),
                "correct the credentials file",
            ),
            Some(1049) => StoreError::refused(
                format!("{place}: there is no such database"),
                "correct `database` in the credentials file, or ask for the database to be made",
            ),
            Some(1044 | 1142) => StoreError::refused(
                format!("{place}: the account may not do this: {error}"),
                format!(
                    "have an administrator grant SELECT, INSERT, UPDATE, DELETE and CREATE, or \
                     make the tables {} and {}",
                    self.identity.names.session_table(),
                    self.identity.names.meta_table()
                ),
            ),
            _ => match error.into() {
                StoreError::Unreachable(why) => StoreError::Unreachable(format!("{place}: {why}")),
                StoreError::Disconnected(why) => {
                    StoreError::Disconnected(format!("{place}: {why}"))
                }
                other => other,
            },
        }
    }
}

#[async_trait]
impl Store for MysqlStore {
    fn name(&self) -> &'static str {
        "mysql"
    }

    async fn inspect(&self) -> StoreResult<bool> {
        Schema::inspect(self).await
    }

    async fn prepare(&self) -> StoreResult<()> {
        Schema::prepare(self).await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let table = &self.table;
        let statement = format!("INSERT INTO {table} VALUES (?, ?, ?)");
        let done = sqlx::query(&statement)
            .bind(id.to_string())
            .bind(&session.data)
            .bind(in_utc(session.expiry))
            .execute(&self.pool)
            .await;
        match done {
            Ok(_) => Ok(true),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(self.sort(error)),
        }
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let table = &self.table;
        let query = format!("SELECT data, expiry_date FROM {table} WHERE id = ?");
        let row: Option<(Vec<u8>, PrimitiveDateTime)> = sqlx::query_as(&query)
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.sort(error))?;
        Ok(row.map(|(data, expiry)| StoredSession {
            data,
            expiry: expiry.assume_utc(),
        }))
    }

    async fn save(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let table = &self.table;
        let statement = format!("UPDATE {table} SET data = ?, expiry_date = ? WHERE id = ?");
        let done = sqlx::query(&statement)
            .bind(&session.data)
            .bind(in_utc(session.expiry))
            .bind(id.to_string())
            .execute(&self.pool)
            .await
            .map_err(|error| self.sort(error))?;
        Ok(done.rows_affected() == 1)
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let table = &self.table;
        let statement = format!("UPDATE {table} SET expiry_date = ? WHERE id = ?");
        let done = sqlx::query(&statement)
            .bind(in_utc(expiry))
            .bind(id.to_string())
            .execute(&self.pool)
            .await
            .map_err(|error| self.sort(error))?;
        Ok(done.rows_affected() == 1)
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let table = &self.table;
        let statement = format!("DELETE FROM {table} WHERE id = ?");
        let statement = sqlx::query(&statement).bind(id.to_string());
        statement
            .execute(&self.pool)
            .await
            .map_err(|error| self.sort(error))?;
        Ok(())
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        let table = &self.table;
        let statement = format!("DELETE FROM {table} WHERE expiry_date <= ? LIMIT ?");
        let statement = sqlx::query(&statement).bind(in_utc(now)).bind(limit);
        let done = statement
            .execute(&self.pool)
            .await
            .map_err(|error| self.sort(error))?;
        Ok(done.rows_affected())
    }

    async fn ping(&self) -> StoreResult<()> {
        let query = format!("SELECT 1 FROM {} LIMIT 1", self.table);
        let query = sqlx::query(&query).fetch_optional(&self.pool);
        query.await.map_err(|error| self.sort(error))?;
        Ok(())
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

/// `DATETIME` has no time zone, so every moment goes in as UTC and comes out as UTC.
fn in_utc(moment: OffsetDateTime) -> PrimitiveDateTime {
    let moment = moment.to_offset(time::UtcOffset::UTC);
    PrimitiveDateTime::new(moment.date(), moment.time())
}
