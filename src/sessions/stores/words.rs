//! A store's own words: the statement behind each operation, as it is sent and as it is shown.

use crate::xray::{Label, Operation};

/// One statement for each operation, in the order of [`Operation::ALL`].
#[derive(Debug, Clone)]
pub struct Words([Label; 5]);

impl Words {
    /// For creating, loading, saving, touching and deleting a session.
    pub fn new<T: AsRef<str>>(statements: [T; 5]) -> Self {
        Self(statements.map(|statement| Label::new(statement.as_ref())))
    }

    /// The statement behind `operation`.
    pub fn of(&self, operation: Operation) -> Label {
        self.0[operation as usize]
    }

    /// The statements for creating, loading, saving, touching and deleting, to be sent.
    pub(super) fn sent(&self) -> [&str; 5] {
        std::array::from_fn(|at| &*self.0[at])
    }
}
