//! What MySQL and MariaDB report, sorted by what can be done about it.

use super::MysqlStore;
use crate::sessions::stores::{
    StoreError,
    schema::{Schema, not_allowed},
};

impl MysqlStore {
    pub(super) fn not_allowed(&self, why: &str) -> StoreError {
        not_allowed(&self.pools.place, why, self.statements())
    }

    /// Names what a student can mend; the rest as for every SQL store.
    pub(super) fn sort(&self, error: sqlx::Error) -> StoreError {
        let place = &self.pools.place;
        // https://mariadb.com/kb/en/mariadb-error-code-reference/
        match number(&error) {
            Some(1045 | 1698) => StoreError::refused(
                format!("{place}: wrong user or password"),
                format!("correct `user` and `password` in {}", self.pools.source),
            ),
            Some(1044 | 1049) => StoreError::refused(
                format!("{place}: there is no such database, or not for this account"),
                format!(
                    "correct `database` in {}, or ask for it to be made",
                    self.pools.source
                ),
            ),
            Some(1142) => self.not_allowed(&error.to_string()),
            // The server has ended the connection: it was killed, or idle for too long.
            Some(1927 | 4031) => StoreError::Disconnected(format!("{place}: {error}")),
            // Too many connections, of this server or this account, or it is shutting down:
            // it passes.
            Some(1040 | 1053 | 1203 | 1226) => StoreError::Unreachable(format!("{place}: {error}")),
            // The disk or the table is full; the server or the transaction is read-only.
            Some(1021 | 1114 | 1290 | 1792 | 1836) => {
                StoreError::Unwritable(format!("{place}: {error}"))
            }
            Some(1146) => StoreError::Unprepared(format!("{place}: {error}")),
            _ => StoreError::from(error).at(place),
        }
    }
}

/// The server's number for it, if the server reports it.
pub(super) fn number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?;
    let error = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?;
    Some(error.number())
}
