//! The file beside the roster that holds the scores: read, changed and replaced as a whole.

use super::{Entry, Given, Scores};
use crate::config::{self, Refusal, quoted};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// A larger file would not be read again.
const LARGEST: usize = 1024 * 1024;
/// Another desk needs the file for some milliseconds; a dead one holds no lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries to have it.
const PAUSE: Duration = Duration::from_millis(5);

/// Where the scores are. Its methods wait for the disk.
#[derive(Debug)]
pub struct ScoresFile {
    path: PathBuf,
    /// Locked instead of the file itself, which is another one after each change.
    lock: PathBuf,
}

/// The file as it is written.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    scores: Scores,
}

/// How a save came out.
#[derive(Debug, PartialEq)]
pub(in crate::desk) enum Saved {
    /// As it is wanted; on the disk.
    Saved(Entry),
    /// Not at all: there is a newer entry.
    Newer(Entry),
}

/// What changes when the file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) struct Stamp(Option<(SystemTime, u64, u64)>);

impl ScoresFile {
    /// The usual one: `class.scores.json` for the roster `class.csv`.
    pub fn beside(roster: &Path) -> Self {
        Self::at(roster.with_extension("scores.json"))
    }

    /// The one at `path`.
    pub fn at(path: PathBuf) -> Self {
        let mut lock = path.clone().into_os_string();
        lock.push(".lock");
        let lock = lock.into();
        Self { path, lock }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All entries, if the file can be written, too; a missing file has none.
    ///
    /// # Errors
    /// A file that cannot be read or is no file of scores, or a folder that takes no files.
    pub(in crate::desk) fn open(&self) -> Result<Scores, Refusal> {
        let _lock = self.lock()?;
        self.read()
    }

    /// All entries.
    ///
    /// # Errors
    /// A file that cannot be read or is no file of scores.
    pub(in crate::desk) fn read(&self) -> Result<Scores, Refusal> {
        let Some(text) = config::read_text(&self.path)? else {
            return Ok(Scores::new());
        };
        let written: Written = serde_json::from_str(&text).map_err(|error| {
            let problem = format!("{}: {error}", self.path.display());
            let mend = format!(
                "mend it by hand, or begin anew: mv {0} {0}.old",
                quoted(&self.path)
            );
            Refusal::new(problem, mend)
        })?;
        Ok(written.scores)
    }

    /// Gives `student` what is wanted, if `revision` is still the newest one. Once this returns,
    /// it outlives a crash.
    ///
    /// # Errors
    /// A file that cannot be read or written, or that another process keeps.
    pub(in crate::desk) fn save(
        &self,
        student: &str,
        revision: u64,
        wanted: Given,
        now: String,
    ) -> Result<Saved, Refusal> {
        // Read, compare and write are one step: between them, no other desk may write.
        let _lock = self.lock()?;
        let mut scores = self.read()?;
        let entry = scores.entry(student.to_owned()).or_default();
        if entry.revision != revision {
            return Ok(Saved::Newer(entry.clone()));
        }
        *entry = Entry {
            revision: revision.saturating_add(1),
            score: wanted.score,
            comment: wanted.comment,
            changed: Some(now),
        };
        let saved = entry.clone();
        self.write(scores)?;
        Ok(Saved::Saved(saved))
    }

    /// What tells whether it was changed since.
    pub(in crate::desk) fn stamp(&self) -> Stamp {
        Stamp(fs::metadata(&self.path).ok().and_then(|metadata| {
            // Each save makes another file, even within one tick of the disk's clock.
            #[cfg(unix)]
            let number = std::os::unix::fs::MetadataExt::ino(&metadata);
            #[cfg(not(unix))]
            let number = 0;
            Some((metadata.modified().ok()?, metadata.len(), number))
        }))
    }

    fn write(&self, scores: Scores) -> Result<(), Refusal> {
        let io = |error: std::io::Error| Refusal::io("write", &self.path, &error);
        let text = serde_json::to_string_pretty(&Written { scores });
        let text = text.map_err(|error| io(error.into()))? + "\n";
        if text.len() > LARGEST {
            let problem = format!("{} would be larger than 1 MiB", self.path.display());
            return Err(Refusal::new(problem, "shorten some comments"));
        }
        config::write_whole(&self.path, text.as_bytes()).map_err(io)
    }

    /// Holds the file for this process alone until the result is dropped.
    fn lock(&self) -> Result<File, Refusal> {
        config::private_file(&self.lock)?;
        let opened = File::options().write(true).open(&self.lock);
        let file = opened.map_err(|error| Refusal::io("open", &self.lock, &error))?;
        let end = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => {
                    return Err(Refusal::io("lock", &self.lock, &error));
                }
                Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let lock = quoted(&self.lock);
                    let problem = format!("another process keeps {lock}");
                    return Err(Refusal::new(
                        problem,
                        format!("see who it is: fuser {lock}"),
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn given(score: f64, comment: &str) -> Given {
        Given {
            score: Some(score),
            comment: comment.into(),
        }
    }

    fn save(file: &ScoresFile, student: &str, revision: u64, score: f64) -> Saved {
        let saved = file.save(student, revision, given(score, "so"), "now".into());
        saved.unwrap()
    }

    fn entry(revision: u64, score: f64) -> Entry {
        Entry {
            revision,
            score: Some(score),
            comment: "so".into(),
            changed: Some("now".into()),
        }
    }

    #[test]
    fn what_is_saved_is_read_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = ScoresFile::beside(&folder.path().join("class.csv"));
        assert!(file.path().ends_with("class.scores.json"));
        assert_eq!(file.open().unwrap(), Scores::new());
        assert_eq!(save(&file, "ann", 0, 9.5), Saved::Saved(entry(1, 9.5)));
        assert_eq!(save(&file, "bob", 0, 1.0), Saved::Saved(entry(1, 1.0)));
        assert_eq!(save(&file, "ann", 1, 8.0), Saved::Saved(entry(2, 8.0)));
        let expected = [("ann", entry(2, 8.0)), ("bob", entry(1, 1.0))];
        let expected = expected.map(|(student, entry)| (student.to_owned(), entry));
        assert_eq!(file.read().unwrap(), Scores::from(expected));
        config::refuse_if_shared(file.path()).unwrap();
        config::refuse_if_shared(&file.lock).unwrap();
    }

    #[test]
    fn an_older_revision_changes_nothing_and_brings_the_newer_entry() {
        let folder = tempfile::tempdir().unwrap();
        let file = ScoresFile::at(folder.path().join("s.json"));
        save(&file, "ann", 0, 1.0);
        let before = file.stamp();
        for old in [0, 2, u64::MAX] {
            assert_eq!(save(&file, "ann", old, 5.0), Saved::Newer(entry(1, 1.0)));
        }
        assert_eq!(file.stamp(), before);
        save(&file, "ann", 1, 5.0);
        assert_ne!(file.stamp(), before);
    }

    #[test]
    fn of_many_who_save_at_once_each_is_saved_or_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = Arc::new(ScoresFile::at(folder.path().join("s.json")));
        let save_all = |desk: u32| {
            let file = file.clone();
            thread::spawn(move || {
                let mut saved = 0;
                for round in 0..10_u32 {
                    // One student of its own, and one that all desks grade.
                    let own = format!("own-{desk}");
                    let own = save(&file, &own, u64::from(round), f64::from(round));
                    assert!(matches!(own, Saved::Saved(_)), "{own:?}");
                    let revision = file
                        .read()
                        .unwrap()
                        .get("all")
                        .map_or(0, |all| all.revision);
                    let shared = save(&file, "all", revision, f64::from(desk));
                    saved += u64::from(matches!(shared, Saved::Saved(_)));
                }
                saved
            })
        };
        let desks: Vec<_> = (0..4).map(save_all).collect();
        let saved: u64 = desks.into_iter().map(|desk| desk.join().unwrap()).sum();
        let scores = file.read().unwrap();
        assert_eq!(scores["all"].revision, saved);
        for desk in 0..4 {
            assert_eq!(scores[&format!("own-{desk}")].revision, 10);
        }
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_refused_with_its_line_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = ScoresFile::at(folder.path().join("s.json"));
        for text in ["{\n \"grades\": {}}", "{\n \"scores\": {", "[\n1]"] {
            fs::write(&file.path, text).unwrap();
            let refusal = file.open().unwrap_err();
            assert!(refusal.problem.contains("s.json: "), "{refusal}");
            assert!(refusal.problem.contains("line "), "{refusal}");
            let refused = file.save("ann", 0, given(1.0, ""), String::new());
            assert_eq!(refused.unwrap_err().problem, refusal.problem);
            assert_eq!(fs::read_to_string(&file.path).unwrap(), text);
        }
    }

    #[test]
    fn what_would_be_too_large_to_read_again_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = ScoresFile::at(folder.path().join("s.json"));
        let comment = "x".repeat(LARGEST);
        let refused = file.save("ann", 0, given(1.0, &comment), String::new());
        assert!(refused.unwrap_err().problem.contains("1 MiB"));
        assert!(!file.path.exists());
    }
}
