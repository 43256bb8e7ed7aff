//! The tables of the SQL stores: looked at before they are made, and whose they are.
//!
//! The table may be there already: made by an administrator for an account that may not
//! `CREATE`, left by the Express program on this very port, or by the port's last holder.

use super::{StoreError, StoreResult};
use crate::identity::{Fingerprint, Identity};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A column as the database describes it: name and type.
pub(super) type Column = (String, String);

/// What differs between the engines; what they share is written out below.
#[async_trait]
pub(super) trait Schema {
    /// The columns of a session table that we can use: name and type.
    const COLUMNS: &'static [(&'static str, &'static str)];

    fn identity(&self) -> &Identity;

    /// The engine's statement that moves the session table out of the way.
    fn rename(&self) -> String;

    /// The names of this copy's tables.
    async fn tables(&self) -> StoreResult<Vec<String>>;

    /// The columns of the session table; none when there is no such table.
    async fn columns(&self) -> StoreResult<Vec<Column>>;

    /// The fingerprint in the meta table, which must be there.
    async fn owner(&self) -> StoreResult<Option<String>>;

    /// The tables with the statement that makes each: the session table, the meta table.
    fn statements(&self) -> [(String, String); 2];

    /// Runs a statement that makes something.
    async fn make(&self, statement: &str) -> StoreResult<()>;

    /// Writes our fingerprint into the meta table unless one is there.
    async fn sign(&self) -> StoreResult<()>;

    /// Looks without making anything; `false` when something is still to be made.
    async fn inspect(&self) -> StoreResult<bool> {
        let Identity {
            names, fingerprint, ..
        } = self.identity();
        let owner = match self.tables().await?.contains(&names.meta_table()) {
            true => self.owner().await?,
            false => None,
        };
        if let Some(owner) = &owner {
            let (session, meta) = (names.session_table(), names.meta_table());
            let way_out = format!(
                "run `DROP TABLE {session}, {meta};` in the database (in SQLite one statement \
                 each)"
            );
            check_owner(
                &format!("the table {session}"),
                owner,
                fingerprint,
                &way_out,
            )?;
        }
        let columns = self.columns().await?;
        if columns.is_empty() {
            return Ok(false);
        }
        check_columns(
            &names.session_table(),
            &columns,
            Self::COLUMNS,
            &self.rename(),
        )?;
        Ok(owner.is_some())
    }

    /// Makes the tables unless they are there.
    async fn prepare(&self) -> StoreResult<()> {
        if self.inspect().await? {
            return Ok(());
        }
        // Only what is missing: an account that may not CREATE may be served with the tables
        // that an administrator has made.
        let there = self.tables().await?;
        for (table, statement) in self.statements() {
            if !there.contains(&table) {
                self.make(&statement).await?;
            }
        }
        self.sign().await?;
        // Another copy may have made them in the same moment, under another key.
        self.inspect().await.map(|_| ())
    }
}

/// A short name for a long one: base64url of its SHA-256, 43 characters.
pub(super) fn digest(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(parts.join("\0")))
}

/// The account may not do something; `statements` are those that would make the tables.
pub(super) fn not_allowed(place: &str, why: &str, statements: [(String, String); 2]) -> StoreError {
    let statements = statements.map(|(_, statement)| statement + ";");
    StoreError::refused(
        format!("{place}: the account may not do this: {why}"),
        format!(
            "have an administrator grant SELECT, INSERT, UPDATE, DELETE and CREATE, or make the \
             tables: {}",
            statements.join(" ")
        ),
    )
}

/// Refuses a session table with other columns than ours. `rename` is the engine's statement
/// that moves it out of the way: its rows may be somebody's work and are never dropped.
fn check_columns(
    table: &str,
    found: &[Column],
    expected: &[(&str, &str)],
    rename: &str,
) -> StoreResult<()> {
    let same = found.len() == expected.len()
        && expected.iter().all(|(name, kind)| {
            let fits = |column: &Column| column.0 == *name && column.1.eq_ignore_ascii_case(kind);
            found.iter().any(fits)
        });
    if same {
        return Ok(());
    }
    let columns: Vec<_> = found
        .iter()
        .map(|(name, kind)| format!("{name} {kind}"))
        .collect();
    let columns = columns.join(", ");
    let maker = if found.iter().any(|(name, _)| name == "session_id") {
        "; the Express program of the course makes such a table"
    } else {
        ""
    };
    Err(StoreError::refused(
        format!("the table {table} is there with other columns ({columns}){maker}"),
        format!("run `{rename}` in the database"),
    ))
}

/// Refuses what was made under another install key: by another user, who had this port before,
/// or on another host with the same database. `way_out` gives it up.
pub(super) fn check_owner(
    what: &str,
    found: &str,
    ours: &Fingerprint,
    way_out: &str,
) -> StoreResult<()> {
    if found == ours.as_str() {
        return Ok(());
    }
    Err(StoreError::refused(
        format!(
            "{what} was made under another install key ({}…, ours is {}…)",
            found.chars().take(8).collect::<String>(),
            &ours.as_str()[..8],
        ),
        format!(
            "start with the key that made it (--install-key), or, if this port has changed \
             hands, {way_out}; its sessions are then lost"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &[(&str, &str)] = &[("id", "TEXT"), ("data", "BLOB")];

    fn columns(columns: &[(&str, &str)]) -> Vec<Column> {
        let owned = |(name, kind): &(&str, &str)| (name.to_string(), kind.to_string());
        columns.iter().map(owned).collect()
    }

    fn refusal(found: &[(&str, &str)]) -> String {
        let outcome = check_columns("s_1_session", &columns(found), OURS, "RENAME …");
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn our_own_columns_are_accepted_in_any_order_and_case() {
        let found = columns(&[("data", "blob"), ("id", "text")]);
        assert!(check_columns("s_1_session", &found, OURS, "").is_ok());
    }

    #[test]
    fn a_table_of_the_express_listing_is_recognised() {
        let text = refusal(&[
            ("session_id", "varchar(128)"),
            ("expires", "int"),
            ("data", "text"),
        ]);
        assert!(text.contains("session_id varchar(128), expires int, data text"));
        assert!(text.contains("the Express program of the course"));
        assert!(text.contains("run `RENAME …`"));
    }

    #[test]
    fn a_column_more_or_less_or_of_another_type_is_refused() {
        assert!(refusal(&[("id", "TEXT")]).contains("other columns (id TEXT)"));
        assert!(refusal(&[("id", "TEXT"), ("data", "TEXT")]).contains("data TEXT"));
        assert!(refusal(&[("id", "TEXT"), ("data", "BLOB"), ("x", "INT")]).contains("x INT"));
    }
}
