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
        let word = quoted(path);
        let mend = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                format!("see who owns it with `ls -ld {word}`; it must be yours to {verb}")
            }
            io::ErrorKind::IsADirectory => format!("it is a folder: `mv {word} {word}.old`"),
            _ => format!("see what is there with `ls -ld {word}`"),
        };
        Self::new(format!("cannot {verb} {}: {error}", path.display()), mend)
    }
}

/// `path` as a shell takes it, for the command that mends something.
pub fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let quoted = shlex::try_quote(&text);
    quoted.unwrap_or_else(|_| text.clone()).into_owned()
}
