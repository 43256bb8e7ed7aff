//! The tables in a MySQL or MariaDB database.

use super::{
    super::schema::{Column, Schema},
    MysqlStore,
};
use crate::{identity::Identity, sessions::stores::StoreResult};
use async_trait::async_trait;

/// How often the account was granted CREATE here; a role in use may bring it as well.
const GRANTS: &str = r"
    SELECT COUNT(*) FROM (
      SELECT 1 FROM information_schema.user_privileges
      WHERE privilege_type = 'CREATE' AND grantee = CONCAT(
        QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@',
        QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))
      UNION ALL
      SELECT 1 FROM information_schema.schema_privileges
      WHERE privilege_type = 'CREATE' AND DATABASE() LIKE table_schema AND grantee = CONCAT(
        QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@',
        QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))
      UNION ALL
      SELECT 1 FROM DUAL WHERE COALESCE(CURRENT_ROLE(), 'NONE') <> 'NONE'
    ) AS grants";

impl MysqlStore {
    /// Refuses when tables are missing and the account may not make them.
    pub(super) async fn may_make(&self) -> StoreResult<()> {
        let there = self.tables().await?;
        let mut statements = self.statements().into_iter();
        if statements.all(|(table, _)| there.contains(&table)) {
            return Ok(());
        }
        let mut lease = self.lease().await?;
        let granted = sqlx::query_scalar(GRANTS)
            .fetch_one(lease.connection())
            .await;
        lease.end(&granted);
        let granted: i64 = granted.map_err(|error| self.sort(error))?;
        match granted {
            0 => Err(self.not_allowed("CREATE was not granted")),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Schema for MysqlStore {
    /// `ascii_bin` because the usual collations take `A` for `a`: an id with flipped case would
    /// find somebody's session. `datetime` because `timestamp` ends in 2038.
    const COLUMNS: &'static [(&'static str, &'static str)] = &[
        ("id", "char(22) ascii_bin"),
        ("data", "mediumblob"),
        ("expiry_date", "datetime(6)"),
        ("version", "bigint"),
    ];

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn rename(&self) -> String {
        format!("RENAME TABLE {0} TO {0}_express;", self.table)
    }

    async fn tables(&self) -> StoreResult<Vec<String>> {
        let query = r"SELECT CAST(table_name AS CHAR) FROM information_schema.tables
                      WHERE table_schema = DATABASE() AND table_name LIKE ? ESCAPE '\\'";
        let query = sqlx::query_scalar(query).bind(self.identity.names.prefix.like_pattern());
        let mut lease = self.lease().await?;
        let found = query.fetch_all(lease.connection()).await;
        lease.end(&found);
        found.map_err(|error| self.sort(error))
    }

    async fn columns(&self) -> StoreResult<Vec<Column>> {
        // MariaDB names the width in which a number would be shown; MySQL does so no more.
        let query = "SELECT CAST(column_name AS CHAR), CAST(CONCAT_WS(' ', \
                     REPLACE(column_type, 'bigint(20)', 'bigint'), collation_name) AS CHAR) \
                     FROM information_schema.columns \
                     WHERE table_schema = DATABASE() AND table_name = ?";
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
            "CREATE TABLE IF NOT EXISTS {session} (\
             id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, \
             data MEDIUMBLOB NOT NULL, expiry_date DATETIME(6) NOT NULL, version BIGINT NOT NULL, \
             KEY {session}_expiry (expiry_date)) ENGINE=InnoDB"
        );
        let make_meta = format!(
            "CREATE TABLE IF NOT EXISTS {meta} (\
             name VARCHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY, \
             value VARCHAR(255) CHARACTER SET ascii NOT NULL) ENGINE=InnoDB"
        );
        [(session, make_session), (meta, make_meta)]
    }

    async fn make(&self, statement: &str) -> StoreResult<()> {
        let mut lease = self.lease().await?;
        let done = sqlx::query(statement).execute(lease.connection()).await;
        lease.end(&done);
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn sign(&self) -> StoreResult<()> {
        let meta = self.identity.names.meta_table();
        let statement = format!("INSERT IGNORE INTO {meta} VALUES ('install_key', ?)");
        let statement = sqlx::query(&statement).bind(self.identity.fingerprint.as_str());
        let mut lease = self.lease().await?;
        let done = statement.execute(lease.connection()).await;
        lease.end(&done);
        done.map(|_| ()).map_err(|error| self.sort(error))
    }
}
