//! Results that the database could not take, in a file of the working folder.
//!
//! Without it, a copy that is killed while its database is down would forget attempts that were
//! finished and told to their candidates. Written on trouble only, and gone when it is over.

use super::finished::Finished;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The file.
#[derive(Debug, Clone)]
pub(super) struct Journal(PathBuf);

impl Journal {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// What an earlier process has left. What cannot be read is put aside, not written over.
    pub(super) fn read(&self) -> Vec<Finished> {
        let bytes = match fs::read(&self.0) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => return self.put_aside(&error),
        };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| self.put_aside(&error))
    }

    /// Keeps `results`, and nothing else, through the end of this process.
    pub(super) fn keep(&self, results: &[Finished]) -> io::Result<()> {
        let folder = self.0.parent().filter(|it| !it.as_os_str().is_empty());
        // Whole or not at all, and, by `tempfile`, for our own eyes alone.
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(&serde_json::to_vec(results)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.0)?;
        Ok(())
    }

    /// Removes the file, if there is one.
    pub(super) fn clear(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn put_aside(&self, error: &dyn std::error::Error) -> Vec<Finished> {
        let aside = self.0.with_extension("unreadable");
        let file = self.0.display();
        tracing::error!(%error, %file, "results of an earlier run cannot be read: put aside");
        if let Err(error) = fs::rename(&self.0, aside) {
            tracing::error!(%error, %file, "nor can they be put aside");
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::view::EndedBy;

    fn finished(id: &str) -> Finished {
        Finished {
            id: id.into(),
            quiz: "Q".into(),
            name: "Zoë".into(),
            score: 1,
            of: 2,
            started_ms: 0,
            ended_ms: 1,
            by: EndedBy::Deadline,
        }
    }

    #[test]
    fn what_was_kept_is_read_again_until_it_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path().join("pending.json"));
        assert!(journal.read().is_empty());
        let results = [finished("a"), finished("b")];
        journal.keep(&results).unwrap();
        assert_eq!(journal.read(), results);
        journal.keep(&results[..1]).unwrap();
        assert_eq!(journal.read(), results[..1]);
        journal.clear().unwrap();
        journal.clear().unwrap();
        assert!(journal.read().is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_put_aside_and_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pending.json");
        fs::write(&path, "[{").unwrap();
        assert!(Journal::new(path.clone()).read().is_empty());
        assert!(!path.exists());
        let aside = folder.path().join("pending.unreadable");
        assert_eq!(fs::read_to_string(aside).unwrap(), "[{");
    }
}
