//! Results that the database could not take, in a file of the working folder.
//!
//! Without it, a copy that is killed while its database is down would forget attempts that were
//! finished and told to their candidates. Written on trouble only, and gone when it is over.

use super::finished::Finished;
use crate::config;
use std::{fs, io, iter, path::PathBuf};

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
        config::write_whole(&self.0, &serde_json::to_vec(results)?)
    }

    /// Removes the file, if there is one.
    pub(super) fn clear(&self) -> io::Result<()> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn put_aside(&self, error: &dyn std::error::Error) -> Vec<Finished> {
        let (file, place) = (self.0.display(), self.place_aside());
        let aside = place.display();
        tracing::error!(%error, %file, %aside, "earlier results cannot be read: put aside");
        if let Err(error) = fs::rename(&self.0, &place) {
            tracing::error!(%error, %file, "nor can they be put aside");
        }
        Vec::new()
    }

    /// Where nothing is yet: what was put aside before may be the only copy of a result.
    fn place_aside(&self) -> PathBuf {
        let first = self.0.with_extension("unreadable");
        let numbered = |number: u32| self.0.with_extension(format!("unreadable-{number}"));
        let mut places = iter::once(first).chain((2..).map(numbered));
        let free = places.find(|place| !place.exists());
        free.expect("no folder holds a file for each number")
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
        let asides = ["pending.unreadable", "pending.unreadable-2"];
        for broken in ["[{", "[[{"] {
            fs::write(&path, broken).unwrap();
            assert!(Journal::new(path.clone()).read().is_empty());
            assert!(!path.exists());
        }
        let kept = asides.map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
        assert_eq!(kept, ["[{", "[[{"]);
    }
}
