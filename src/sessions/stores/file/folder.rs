//! The folder: made, looked through, and cleared of what has expired.

use super::{FileStore, TEMPORARY, absent_is_none};
use std::{
    fs::{self, DirBuilder},
    io::{self, Write},
    path::PathBuf,
    time::{Duration, SystemTime},
};
use tower_sessions::session::Id;

/// Holds the fingerprint of the install key under which the folder was made.
const OWNER: &str = "owner";
/// Such a file that is older was left behind by a crash.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

impl FileStore {
    pub(super) fn make(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let mut owner = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.folder)?;
        owner.write_all(self.identity.fingerprint.as_str().as_bytes())?;
        match owner.persist_noclobber(self.folder.join(OWNER)) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    }

    pub(super) fn owner(&self) -> io::Result<Option<String>> {
        absent_is_none(fs::read_to_string(self.folder.join(OWNER)))
    }

    /// All files that are sessions by their names.
    pub(super) fn sessions(&self) -> io::Result<Vec<(Id, PathBuf)>> {
        let mut sessions = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if let Ok(id) = entry.file_name().to_string_lossy().parse() {
                sessions.push((id, entry.path()));
            }
        }
        Ok(sessions)
    }

    pub(super) fn remove_expired(&self, now: SystemTime, limit: u32) -> io::Result<u64> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder)? {
            if removed == u64::from(limit) {
                break;
            }
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let before = if name.starts_with(TEMPORARY) {
                // Somebody may be writing it right now; so long after its end nobody is.
                now.checked_sub(LEFT_BEHIND)
            } else {
                name.parse::<Id>().is_ok().then_some(now)
            };
            let Some(before) = before else {
                continue;
            };
            let _alone = self.alone();
            // It may have been removed since it was listed.
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let expired = absent_is_none(modified)?.is_some_and(|time| time <= before);
            if expired && absent_is_none(fs::remove_file(entry.path()))?.is_some() {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Files that are nobody's session are left alone, and the owner is told.
    pub(super) fn report_foreign_files(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let known = name == OWNER || name.starts_with(TEMPORARY) || name.parse::<Id>().is_ok();
            if !known {
                tracing::warn!(file = %path.display(), "this is no session; it is left alone");
            }
        }
        Ok(())
    }
}
