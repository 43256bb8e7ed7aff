//! The claim on sessions that lie in files: a lock on a file beside them.
//!
//! The system gives the lock back when its process ends, however it ends; the file stays.

use super::{StoreError, StoreResult};
use crate::{config::private_file, identity::Identity};
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// One process's claim on a folder's sessions.
#[derive(Debug)]
pub(super) struct ClaimFile {
    path: PathBuf,
    held: Mutex<Option<File>>,
}

impl ClaimFile {
    /// A claim on what lies in `folder` under the names of `identity`.
    pub(super) fn new(folder: &Path, identity: &Identity) -> Self {
        Self {
            path: folder.join(identity.names.prefix.table("owner.lock")),
            held: Mutex::default(),
        }
    }

    /// Takes the lock, unless it is held; `false` when another process holds it.
    pub(super) fn claim(&self) -> StoreResult<bool> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            return Ok(true);
        }
        private_file(&self.path)?;
        let open = File::options().write(true).open(&self.path);
        let file = open.map_err(|error| self.failed(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
            // Some network file systems know no locks; then nobody can be kept out.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(self.failed(&error)),
        }
        *held = Some(file);
        Ok(true)
    }

    /// Gives the lock back.
    pub(super) fn release(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn failed(&self, error: &io::Error) -> StoreError {
        StoreError::Failed(format!("{}: {error}", self.path.display()))
    }
}
