//! The tables in a PostgreSQL database.

use super::{
    super::schema::{Column, Schema},
    PostgresStore,
};
use crate::{identity::Identity, sessions::stores::StoreResult};
use async_trait::async_trait;
use sqlx::Executor;

impl PostgresStore {
    /// Refuses when tables are missing and the account may not make them.
    pub(super) async fn may_make(&self) -> StoreResult<()> {
        let there = self.tables().await?;
        let mut statements = self.statements().into_iter();
        if statements.all(|(table, _)| there.contains(&table)) {
            return Ok(());
        }
        let query = "SELECT COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)";
        let mut lease = self.lease().await?;
        let allowed = sqlx::query_scalar(query)
            .fetch_one(lease.connection())
            .await;
        lease.end(&allowed);
        match allowed.map_err(|error| self.sort(error))? {
            true => Ok(()),
            false => Err(self.not_allowed("CREATE was not granted")),
        }
    }
}

#[async_trait]
impl Schema for PostgresStore {
    /// Collation `C` compares byte by byte, whatever the database's own is.
    const COLUMNS: &'static [(&'static str, &'static str)] = &[
        ("id", "text C"),
        ("data", "bytea"),
        ("expiry_date", "timestamp with time zone"),
        ("version", "bigint"),
    ];

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn rename(&self) -> String {
        format!("ALTER TABLE {0} RENAME TO {0}_express;", self.table)
    }

    async fn tables(&self) -> StoreResult<Vec<String>> {
        let query = r"SELECT tablename::text FROM pg_tables
                      WHERE schemaname = current_schema() AND tablename LIKE $1 ESCAPE '\'";
        let query = sqlx::query_scalar(query).bind(self.identity.names.prefix.like_pattern());
        let mut lease = self.lease().await?;
        let found = query.fetch_all(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    async fn columns(&self) -> StoreResult<Vec<Column>> {
        let query = "SELECT column_name::text, concat_ws(' ', data_type, collation_name)::text \
                     FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND table_name = $1";
        let query = sqlx::query_as(query).bind(&self.table);
        let mut lease = self.lease().await?;
        let found = query.fetch_all(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    async fn owner(&self) -> StoreResult<Option<String>> {
        let meta = self.identity.names.meta_table();
        let query = format!("SELECT value FROM {meta} WHERE name = 'install_key'");
        let query = sqlx::query_scalar(&query);
        let mut lease = self.lease().await?;
        let found = query.fetch_optional(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    fn statements(&self) -> [(String, String); 2] {
        let (session, meta) = (self.table.clone(), self.identity.names.meta_table());
        let make_session = format!(
            "CREATE TABLE IF NOT EXISTS {session} (id TEXT COLLATE \"C\" NOT NULL PRIMARY KEY, \
             data BYTEA NOT NULL, expiry_date TIMESTAMPTZ NOT NULL, version BIGINT NOT NULL); \
             CREATE INDEX IF NOT EXISTS {session}_expiry ON {session} (expiry_date)"
        );
        let make_meta = format!(
            "CREATE TABLE IF NOT EXISTS {meta} (name TEXT NOT NULL PRIMARY KEY, \
             value TEXT NOT NULL)"
        );
        [(session, make_session), (meta, make_meta)]
    }

    async fn make(&self, statement: &str) -> StoreResult<()> {
        let mut lease = self.lease().await?;
        // Not prepared, so that it may be two statements.
        let done = lease.connection().execute(statement).await;
        lease.end(&done);
        let Err(error) = done else {
            return Ok(());
        };
        // `IF NOT EXISTS` looks before it leaps: of two at once, one finds the name taken.
        let code = error.as_database_error().and_then(|error| error.code());
        match code.as_deref() {
            Some("23505" | "42P07" | "42710") => Ok(()),
            _ => Err(self.sort(error)),
        }
    }

    async fn sign(&self) -> StoreResult<()> {
        let meta = self.identity.names.meta_table();
        let statement =
            format!("INSERT INTO {meta} VALUES ('install_key', $1) ON CONFLICT DO NOTHING");
        let statement = sqlx::query(&statement).bind(self.identity.fingerprint.as_str());
        let mut lease = self.lease().await?;
        let done = statement.execute(lease.connection()).await;
        lease.end(&done);
        done.map(|_| ()).map_err(|error| self.sort(error))
    }
}
