//! A finished attempt, as it goes into the database.

use super::{name::Name, view::EndedBy};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One row of the results. Moments are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Finished {
    /// The attempt's own id: written twice, it is one row.
    pub(super) id: String,
    /// The title of the quiz.
    pub(super) quiz: String,
    pub(super) name: String,
    pub(super) score: i64,
    pub(super) of: i64,
    pub(super) started_ms: i64,
    pub(super) ended_ms: i64,
    pub(super) by: EndedBy,
}

impl Finished {
    /// The candidate's name, unless somebody has written into the table by hand.
    pub(super) fn candidate(&self) -> Option<Name> {
        self.name.parse().ok()
    }
}

/// A moment in milliseconds since 1970.
pub(super) fn millis(moment: OffsetDateTime) -> i64 {
    // Reaches beyond every year that a date can have here.
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// The moment so many milliseconds after 1970.
pub(super) fn from_millis(millis: i64) -> OffsetDateTime {
    let nanos = i128::from(millis) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
