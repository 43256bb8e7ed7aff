//! One file a session, in a folder named like the table that other stores have.
//!
//! The file's name is the id, its text the session, and the time of its last change lies in
//! the future: it is the moment at which the session expires. `ls -l` shows it all.

use super::{About, Store, StoreError, StoreResult, StoredSession, schema::check_owner};
use crate::{
    config::{could_make, quoted, refuse_if_shared},
    identity::Identity,
};
use async_trait::async_trait;
use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tempfile::NamedTempFile;
use time::OffsetDateTime;
use tokio::task::spawn_blocking;
use tower_sessions::session::Id;

/// Holds the fingerprint of the install key under which the folder was made.
const OWNER: &str = "owner";
/// Names of files that are being written.
const TEMPORARY: &str = ".tmp-";
/// Such a file that is older was left behind by a crash.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// Sessions as files of a folder.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
    /// Held by whoever looks at a file and then changes it: what a database does in one
    /// statement takes two steps here, and a purge must not come between them.
    gate: Arc<Mutex<()>>,
    identity: Identity,
}

impl FileStore {
    /// Sessions in a folder below `parent`, which is made by [`Store::prepare`].
    pub fn new(parent: &Path, identity: &Identity) -> Self {
        Self {
            folder: parent.join(identity.names.session_table()),
            gate: Arc::default(),
            identity: identity.clone(),
        }
    }

    fn path(&self, id: &Id) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Runs `work` where it may block: a disk may take its time.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let store = self.clone();
        let done = spawn_blocking(move || work(&store)).await;
        let done = done.map_err(|error| StoreError::Failed(error.to_string()))?;
        done.map_err(|error| self.sort(&error))
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the session under a temporary name, whole and with its expiry.
    fn write(&self, session: &StoredSession) -> io::Result<NamedTempFile> {
        let mut file = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.folder)?;
        file.write_all(&session.data)?;
        file.as_file().set_modified(system_time(session.expiry))?;
        Ok(file)
    }

    fn make(&self) -> io::Result<()> {
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

    fn owner(&self) -> io::Result<Option<String>> {
        absent_is_none(fs::read_to_string(self.folder.join(OWNER)))
    }

    fn sort(&self, error: &io::Error) -> StoreError {
        let folder = self.folder.display();
        match error.kind() {
            io::ErrorKind::NotFound => StoreError::Unprepared(format!("{folder}: {error}")),
            io::ErrorKind::NotADirectory => StoreError::refused(
                format!("{folder} is no folder"),
                format!("move it away: `mv {0} {0}.old`", quoted(&self.folder)),
            ),
            _ => StoreError::Failed(format!("{folder}: {error}")),
        }
    }
}

#[async_trait]
impl Store for FileStore {
    fn name(&self) -> &'static str {
        "file"
    }

    async fn inspect(&self) -> StoreResult<bool> {
        if !self.folder.exists() {
            could_make(&self.folder)?;
            return Ok(false);
        }
        refuse_if_shared(&self.folder)?;
        let Some(owner) = self.blocking(Self::owner).await? else {
            return Ok(false);
        };
        let what = format!("the folder {}", self.folder.display());
        let way_out = format!("run `mv {0} {0}.old`", quoted(&self.folder));
        check_owner(&what, &owner, &self.identity.fingerprint, &way_out)?;
        Ok(true)
    }

    async fn about(&self) -> StoreResult<About> {
        Ok(About {
            version: format!("the folder {}", self.folder.display()),
            clock: None,
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        self.blocking(Self::make).await?;
        self.inspect().await?;
        self.blocking(Self::report_foreign_files).await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let (path, session) = (self.path(id), session.clone());
        self.blocking(
            move |store| match store.write(&session)?.persist_noclobber(path) {
                Ok(_) => Ok(true),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(error.error),
            },
        )
        .await
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let path = self.path(id);
        self.blocking(move |_| {
            // The modification time of the very file that is read, not of its successor.
            let Some(mut file) = absent_is_none(File::open(path))? else {
                return Ok(None);
            };
            let mut data = Vec::new();
            io::Read::read_to_end(&mut file, &mut data)?;
            let expiry = file.metadata()?.modified()?.into();
            Ok(Some(StoredSession { data, expiry }))
        })
        .await
    }

    async fn save(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let (path, session) = (self.path(id), session.clone());
        self.blocking(move |store| {
            let file = store.write(&session)?;
            let _alone = store.alone();
            if !path.try_exists()? {
                return Ok(false);
            }
            file.persist(path)?;
            Ok(true)
        })
        .await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let path = self.path(id);
        self.blocking(move |store| {
            let _alone = store.alone();
            let Some(file) = absent_is_none(File::open(path))? else {
                return Ok(false);
            };
            file.set_modified(system_time(expiry))?;
            Ok(true)
        })
        .await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let path = self.path(id);
        let removed = self.blocking(move |store| {
            let _alone = store.alone();
            absent_is_none(fs::remove_file(path))
        });
        removed.await.map(|_| ())
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        self.blocking(move |store| store.remove_expired(system_time(now), limit))
            .await
    }

    async fn count(&self) -> StoreResult<u64> {
        self.blocking(|store| {
            let names = fs::read_dir(&store.folder)?.map(|entry| Ok(entry?.file_name()));
            let names: Vec<_> = names.collect::<io::Result<_>>()?;
            let sessions = names
                .iter()
                .filter(|name| name.to_string_lossy().parse::<Id>().is_ok());
            Ok(sessions.count() as u64)
        })
        .await
    }

    async fn ping(&self) -> StoreResult<()> {
        self.blocking(|store| fs::read_dir(&store.folder).map(|_| ()))
            .await
    }

    async fn close(&self) {}
}

impl FileStore {
    fn remove_expired(&self, now: SystemTime, limit: u32) -> io::Result<u64> {
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
    fn report_foreign_files(&self) -> io::Result<()> {
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

fn absent_is_none<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}

fn system_time(moment: OffsetDateTime) -> SystemTime {
    moment.into()
}
