//! What MongoDB and its driver report, sorted by what can be done about it.

use super::{MongodbStore, StoreError};
use mongodb::error::{Error, ErrorKind, WriteFailure};

// https://www.mongodb.com/docs/manual/reference/error-codes/
pub(super) const DUPLICATE_KEY: i32 = 11000;
pub(super) const NO_SUCH_COLLECTION: i32 = 26;
const NOT_ALLOWED: i32 = 13;
const WRONG_PASSWORD: i32 = 18;

/// The server's number for what went wrong.
pub(super) fn code(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(error) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Some(error.code),
        _ => None,
    }
}

impl MongodbStore {
    /// Names what a student can mend, and what passes.
    pub(super) fn sort(&self, error: &Error) -> StoreError {
        let what = format!("{}: {}", self.place, error.kind);
        match &*error.kind {
            ErrorKind::Authentication { .. } => return self.refused(),
            // For some seconds after a refusal the driver has no server, and says why.
            ErrorKind::ServerSelection { message, .. } if message.contains("SCRAM failure") => {
                return self.refused();
            }
            ErrorKind::ServerSelection { .. } => return StoreError::Unreachable(what),
            ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => {
                return StoreError::Disconnected(what);
            }
            _ => {}
        }
        match code(error) {
            Some(WRONG_PASSWORD) => self.refused(),
            Some(NOT_ALLOWED) => self.not_allowed(&what),
            // It is shutting down, or is not the primary any more: the driver finds the next one.
            Some(91 | 189 | 10107 | 11600 | 11602 | 13435 | 13436) => {
                StoreError::Disconnected(what)
            }
            _ => StoreError::Failed(what),
        }
    }

    fn refused(&self) -> StoreError {
        let (source, database) = (&self.source, self.database.name());
        StoreError::refused(
            format!("{}: wrong user or password", self.place),
            format!(
                "correct `user` and `password` in {source}; the account must be one of the \
                 database {database} (authSource)"
            ),
        )
    }

    fn not_allowed(&self, what: &str) -> StoreError {
        let (source, database) = (&self.source, self.database.name());
        StoreError::refused(
            format!("{what} (the account may not do this)"),
            format!("name a `user` in {source} that has the role readWrite on {database}"),
        )
    }
}
