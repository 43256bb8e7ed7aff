//! How a check comes out, in words for whoever wrote what was checked.

use serde::{Deserialize, Serialize};

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
    /// For `asked`, `came` came and not `expected`.
    pub(super) fn new(
        asked: impl Into<String>,
        came: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            copy: None,
            asked: asked.into(),
            came: came.into(),
            expected: expected.into(),
        }
    }

    /// This fault, which is that of the copy at `address`.
    pub(super) fn of(self, address: &str) -> Self {
        let copy = Some(address.to_owned());
        Self { copy, ..self }
    }
}
