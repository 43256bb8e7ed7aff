//! A refusal to start: what is wrong and where, and the command that mends it.

use std::{io, path::Path};

/// Why a copy does not start. Shown to a student, so it always says what to do next.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{problem}\n  to mend it: {mend}")]
pub struct Refusal {
    /// What is wrong: the file, the place in it, what was read. Lower case, no full stop.
    pub problem: String,
    /// What mends it: a command where there is one.
    pub mend: String,
}

impl Refusal {
    /// A refusal of `problem` that `mend` takes away.
    pub fn new(problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            mend: mend.into(),
        }
    }

    /// The operating system would not let us read or write `path`.
    pub(crate) fn io(verb: &str, path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        let mend = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                format!("see who owns it with `ls -ld {path}`; it must be yours to {verb}")
            }
            io::ErrorKind::IsADirectory => format!("it is a folder: `mv {path} {path}.old`"),
            _ => format!("see what is there with `ls -ld {path}`"),
        };
        Self::new(format!("cannot {verb} {path}: {error}"), mend)
    }
}
