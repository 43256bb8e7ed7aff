//! The tables in a SQLite file.

use super::{
    super::schema::{Column, Schema},
    SqlitePools, SqliteStore,
};
use crate::{
    identity::{Identity, Names},
    sessions::stores::StoreResult,
};
use async_trait::async_trait;
use sqlx::{Connection, Executor, SqliteConnection};
use std::collections::HashSet;

#[async_trait]
impl Schema for SqliteStore {
    /// `TEXT` compares byte by byte here; microseconds since 1970 know no year 2038.
    const COLUMNS: &'static [(&'static str, &'static str)] = &[
        ("id", "TEXT"),
        ("data", "BLOB"),
        ("expiry_date", "INTEGER"),
        ("version", "INTEGER"),
    ];

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn rename(&self) -> String {
        format!("ALTER TABLE {0} RENAME TO {0}_express;", self.table)
    }

    async fn tables(&self) -> StoreResult<Vec<String>> {
        let query =
            r"SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE ? ESCAPE '\'";
        let query = sqlx::query_scalar(query).bind(self.identity.names.prefix.like_pattern());
        let mut lease = self.reader().await?;
        let found = query.fetch_all(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    async fn columns(&self) -> StoreResult<Vec<Column>> {
        let query = "SELECT name, type FROM pragma_table_info(?)";
        let query = sqlx::query_as(query).bind(&self.table);
        let mut lease = self.reader().await?;
        let found = query.fetch_all(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    async fn owner(&self) -> StoreResult<Option<String>> {
        let meta = self.identity.names.meta_table();
        let query = format!("SELECT value FROM {meta} WHERE name = 'install_key'");
        let query = sqlx::query_scalar(&query);
        let mut lease = self.reader().await?;
        let found = query.fetch_optional(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    fn statements(&self) -> [(String, String); 2] {
        statements(&self.identity.names)
    }

    async fn make(&self, statement: &str) -> StoreResult<()> {
        let lease = self.pools.writer.take().await;
        let mut lease = lease.map_err(|error| self.sort(error))?;
        let done = at_once(lease.connection(), statement).await;
        lease.end(&done);
        done.map_err(|error| self.sort(error))
    }

    async fn sign(&self) -> StoreResult<()> {
        let statement = signing(&self.identity.names);
        let statement = sqlx::query(&statement).bind(self.identity.fingerprint.as_str());
        let signed = self.write(statement, 0).await;
        signed.map(|_| ()).map_err(|error| self.sort(error))
    }
}

impl SqlitePools {
    /// Makes the tables of all these copies in one transaction; those of a copy that has a
    /// session table already are its own affair.
    pub(in crate::sessions::stores) async fn prepare(
        &self,
        identities: &[&Identity],
    ) -> StoreResult<()> {
        let query = "SELECT name FROM sqlite_master WHERE type = 'table'";
        let mut lease = self.reader().await?;
        let there = sqlx::query_scalar(query)
            .fetch_all(lease.connection())
            .await;
        lease.end(&there);
        let there: HashSet<String> = there?.into_iter().collect();
        let mut lease = self.writer.take().await?;
        let mut transaction = lease.connection().begin().await?;
        for identity in identities {
            let names = &identity.names;
            if there.contains(&names.session_table()) {
                continue;
            }
            for (_, statement) in statements(names) {
                transaction.execute(&*statement).await?;
            }
            let (statement, fingerprint) = (signing(names), identity.fingerprint.as_str());
            let signed = sqlx::query(&statement).bind(fingerprint);
            signed.execute(&mut *transaction).await?;
        }
        let done = transaction.commit().await;
        lease.end(&done);
        Ok(done?)
    }
}

/// Both statements or none: a table whose index was cut off would stay without, since whoever comes
/// next finds it there. Not prepared, so that they may be two.
async fn at_once(connection: &mut SqliteConnection, statements: &str) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    transaction.execute(statements).await?;
    transaction.commit().await
}

fn statements(names: &Names) -> [(String, String); 2] {
    let (session, meta) = (names.session_table(), names.meta_table());
    let make_session = format!(
        "CREATE TABLE IF NOT EXISTS {session} (id TEXT PRIMARY KEY NOT NULL, \
         data BLOB NOT NULL, expiry_date INTEGER NOT NULL, version INTEGER NOT NULL); \
         CREATE INDEX IF NOT EXISTS {session}_expiry ON {session} (expiry_date)"
    );
    let make_meta = format!(
        "CREATE TABLE IF NOT EXISTS {meta} (name TEXT PRIMARY KEY NOT NULL, \
         value TEXT NOT NULL)"
    );
    [(session, make_session), (meta, make_meta)]
}

fn signing(names: &Names) -> String {
    let meta = names.meta_table();
    format!("INSERT OR IGNORE INTO {meta} VALUES ('install_key', ?)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_table_is_not_made_without_its_index() {
        let mut connection = SqliteConnection::connect(":memory:").await.unwrap();
        let cut_off = "CREATE TABLE a (x); CREATE INDEX a_y ON a (y)";
        assert!(at_once(&mut connection, cut_off).await.is_err());
        let whole = "CREATE TABLE a (x); CREATE INDEX a_x ON a (x)";
        at_once(&mut connection, whole).await.unwrap();
        let names = sqlx::query_scalar("SELECT name FROM sqlite_master ORDER BY name");
        let names: Vec<String> = names.fetch_all(&mut connection).await.unwrap();
        assert_eq!(names, ["a", "a_x"]);
    }
}
