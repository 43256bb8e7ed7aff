//! One file a session, in a folder named like the table that other stores have.
//!
//! The file's name is the id, its text the version and the session, and the time of its last
//! change lies in the future: it is the moment at which the session expires. `ls -l` shows it all.

mod content;
mod folder;

use super::{
    About, Listed, Store, StoreError, StoreResult, StoredSession, Tenancy, Version, Words,
    claim_file::ClaimFile, schema::check_owner, unreadable,
};
use crate::{
    config::{could_make, quoted, refuse_if_shared},
    identity::Identity,
};
use async_trait::async_trait;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};
use tempfile::NamedTempFile;
use time::OffsetDateTime;
use tokio::task::spawn_blocking;
use tower_sessions::session::Id;

/// Names of files that are being written.
const TEMPORARY: &str = ".tmp-";

/// Sessions as files of a folder.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
    /// Held by whoever looks at a file and then changes it: what a database does in one
    /// statement takes two steps here, and a purge must not come between them.
    gate: Arc<Mutex<()>>,
    claim: Arc<ClaimFile>,
    identity: Identity,
    words: Words,
}

impl FileStore {
    /// Sessions in a folder below `parent`, which is made by [`Store::prepare`].
    pub fn new(parent: &Path, identity: &Identity) -> Self {
        Self {
            folder: parent.join(identity.names.session_table()),
            gate: Arc::default(),
            claim: Arc::new(ClaimFile::new(parent, identity)),
            identity: identity.clone(),
            words: words(&identity.names.session_table()),
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
        file.write_all(&content::text(session))?;
        file.as_file().set_modified(system_time(session.expiry))?;
        Ok(file)
    }

    fn sort(&self, error: &io::Error) -> StoreError {
        let folder = self.folder.display();
        match error.kind() {
            io::ErrorKind::NotFound => StoreError::Unprepared(format!("{folder}: {error}")),
            io::ErrorKind::NotADirectory => StoreError::refused(
                format!("{folder} is no folder"),
                format!("move it away: `mv {0} {0}.old`", quoted(&self.folder)),
            ),
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::Unwritable(format!("{folder}: {error}"))
            }
            _ => StoreError::Failed(format!("{folder}: {error}")),
        }
    }
}

#[async_trait]
impl Store for FileStore {
    fn name(&self) -> &'static str {
        "file"
    }

    fn words(&self) -> &Words {
        &self.words
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
        let found = self.blocking(move |_| {
            // The modification time of the very file that is read, not of its successor.
            let Some(mut file) = absent_is_none(File::open(path))? else {
                return Ok(None);
            };
            let mut text = Vec::new();
            io::Read::read_to_end(&mut file, &mut text)?;
            Ok(Some((text, file.metadata()?.modified()?)))
        });
        let Some((text, expiry)) = found.await? else {
            return Ok(None);
        };
        Ok(content::session(&text, expiry.into()).or_else(|| unreadable(self, id)))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let (path, session) = (self.path(id), session.clone());
        self.blocking(move |store| {
            let file = store.write(&session)?;
            let _alone = store.alone();
            let Some(there) = absent_is_none(File::open(&path))? else {
                return Ok(false);
            };
            let version = content::version(there)?;
            if !version.is_some_and(|there| there.gives_way_to(session.version, over)) {
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
        self.blocking(|store| Ok(store.sessions()?.len() as u64))
            .await
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        let prefix = prefix.to_owned();
        self.blocking(move |store| {
            let mut found = Vec::new();
            for (id, path) in store.sessions()? {
                if found.len() == limit as usize {
                    break;
                }
                // It may have been removed since it was listed.
                let metadata = absent_is_none(fs::metadata(path))?;
                if let Some(metadata) = metadata.filter(|_| id.to_string().starts_with(&prefix)) {
                    found.push(Listed {
                        id,
                        bytes: metadata.len().saturating_sub(content::FIRST_LINE as u64),
                        expiry: metadata.modified()?.into(),
                    });
                }
            }
            Ok(found)
        })
        .await
    }

    async fn claim(&self, _: Tenancy) -> StoreResult<bool> {
        self.claim.claim()
    }

    async fn ping(&self) -> StoreResult<()> {
        self.blocking(|store| fs::read_dir(&store.folder).map(|_| ()))
            .await
    }

    async fn close(&self) {
        self.claim.release();
    }
}

fn words(folder: &str) -> Words {
    Words::new([
        format!("write .tmp-…, link {folder}/ID"),
        format!("read {folder}/ID"),
        format!("write .tmp-…, rename {folder}/ID"),
        format!("utime {folder}/ID"),
        format!("unlink {folder}/ID"),
    ])
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
