//! Which connections are open on the file that bears the name now.
//!
//! Somebody who removes the file to start afresh would otherwise go on writing into one that has
//! no name any more, and find nothing of it after a restart.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The file, and since when it has been this very one.
#[derive(Debug)]
pub(in crate::sessions::stores) struct Present {
    file: PathBuf,
    known: Mutex<(Option<u64>, Instant)>,
}

impl Present {
    pub(in crate::sessions::stores) fn new(file: &Path) -> Self {
        Self {
            file: file.into(),
            known: Mutex::new((number(file), Instant::now())),
        }
    }

    /// Tells the file that is there now from another one that has taken its name.
    pub(in crate::sessions::stores) fn number(&self) -> Option<u64> {
        number(&self.file)
    }

    /// Looks which file it is now; older connections are open on another one.
    pub(in crate::sessions::stores) fn renew(&self) {
        let number = number(&self.file);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != number {
            *known = (number, Instant::now());
        }
    }

    /// Whether a connection of this age is open on the file that is there now.
    pub(in crate::sessions::stores) fn is_open_in(&self, age: Duration) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        number(&self.file) == known.0 && age <= known.1.elapsed()
    }
}

/// Tells a file from another one that has taken its name; `None` when there is none.
fn number(file: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::ino(&metadata));
    // Elsewhere an open file cannot be removed.
    #[cfg(not(unix))]
    return Some(metadata.len().min(1));
}
