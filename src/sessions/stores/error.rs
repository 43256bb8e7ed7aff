//! Why a store did not do what it was asked, sorted by what can be done about it.

use crate::config::Refusal;

/// What a store answers.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a store did not do what it was asked. The texts are for logs and for the owner.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The connection died under the statement; another one may live.
    #[error("the connection was lost: {0}")]
    Disconnected(String),
    /// The server cannot be reached or does not answer in time; it may come back.
    #[error("{0}")]
    Unreachable(String),
    /// It can be read and takes no changes for now: it is read-only, full, or locked by somebody.
    #[error("{0}")]
    Unwritable(String),
    /// The server is there and will not have us: wrong password, foreign table, no rights.
    #[error("{problem}; to mend it: {mend}")]
    Refused {
        /// What is wrong.
        problem: String,
        /// What mends it.
        mend: String,
    },
    /// The tables were there and are not any more; they can be made again.
    #[error("{0}")]
    Unprepared(String),
    /// Anything else that the server reported.
    #[error("{0}")]
    Failed(String),
}

impl StoreError {
    /// The same, with the server's place where the text alone does not tell which one it was.
    pub(super) fn at(self, place: &str) -> Self {
        match self {
            Self::Unreachable(why) => Self::Unreachable(format!("{place}: {why}")),
            Self::Disconnected(why) => Self::Disconnected(format!("{place}: {why}")),
            other => other,
        }
    }

    pub(crate) fn refused(problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Refused {
            problem: problem.into(),
            mend: mend.into(),
        }
    }
}

impl From<Refusal> for StoreError {
    fn from(Refusal { problem, mend }: Refusal) -> Self {
        Self::Refused { problem, mend }
    }
}

/// Sorts what `sqlx` reports by what can be done about it.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(error) => Self::Disconnected(error.to_string()),
            sqlx::Error::Protocol(error) => Self::Disconnected(error),
            sqlx::Error::PoolTimedOut => Self::Unreachable("no connection within 1 s".into()),
            other => Self::Failed(other.to_string()),
        }
    }
}
