//! How a check comes out, in words for whoever wrote what was checked.

use super::html;
use serde::{Deserialize, Serialize};

/// Nothing that a copy sends makes a message longer than this, in characters.
const LONGEST: usize = 1_000;

/// Passed, or what was found instead.
pub type Verdict = Result<(), Fault>;

/// Why a check is not passed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Fault {
    /// The address of the copy, where it is the fault of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// What was asked of the copy, such as `GET /0335, twice`.
    pub asked: String,
    /// What came.
    pub came: String,
    /// What should have come.
    pub expected: String,
}

impl Fault {
    /// For `asked`, `came` came and not `expected`. Whatever a copy has put into them, each is one
    /// line that a terminal can show.
    pub(super) fn new(
        asked: impl Into<String>,
        came: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let line = |text: String| html::printable(&text, LONGEST);
        Self {
            copy: None,
            asked: line(asked.into()),
            came: line(came.into()),
            expected: line(expected.into()),
        }
    }

    /// This fault, which is that of the copy at `address`.
    pub(super) fn of(self, address: &str) -> Self {
        let copy = Some(address.to_owned());
        Self { copy, ..self }
    }
}
