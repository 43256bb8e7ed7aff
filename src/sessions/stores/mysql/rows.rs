//! Rows of the session table, read.

use crate::sessions::stores::{StoredSession, Version};
use sqlx::{FromRow, Row, mysql::MySqlRow};
use std::collections::HashMap;
use time::PrimitiveDateTime;
use tower_sessions::session::Id;

/// The columns `data`, `expiry_date` and `version` of a row.
#[derive(Debug)]
pub(super) struct Columns(pub(super) StoredSession);

impl FromRow<'_, MySqlRow> for Columns {
    fn from_row(row: &MySqlRow) -> sqlx::Result<Self> {
        let expiry: PrimitiveDateTime = row.try_get("expiry_date")?;
        Ok(Self(StoredSession {
            data: row.try_get("data")?,
            expiry: expiry.assume_utc(),
            version: Version(row.try_get("version")?),
        }))
    }
}

/// The sessions in `rows`, which have the column `id` as well.
pub(super) fn by_id(rows: &[MySqlRow]) -> sqlx::Result<HashMap<Id, StoredSession>> {
    let session = |row: &MySqlRow| {
        // As bytes: the column is compared as such, and `sqlx` takes it for nothing else.
        let id: &[u8] = row.try_get("id")?;
        let id = str::from_utf8(id).ok().and_then(|id| id.parse().ok());
        let Columns(session) = Columns::from_row(row)?;
        Ok(id.map(|id| (id, session)))
    };
    rows.iter()
        .filter_map(|row| session(row).transpose())
        .collect()
}
