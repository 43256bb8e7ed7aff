//! How long the log grows.

use super::{super::SqliteStore, *};
use crate::{
    identity::{Identity, InstallKey, Port},
    sessions::stores::{Store, StoredSession},
};
use std::{fs, time::Duration};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::time::sleep;
use tower_sessions::session::Id;

/// Sessions of 2,000 bytes, two to a page.
const SESSIONS: i128 = 1000;

fn identity(port: u16) -> Identity {
    Identity::derive(Port::new(port).unwrap(), &InstallKey::random().unwrap())
}

fn session() -> StoredSession {
    StoredSession::new(vec![0; 2000], OffsetDateTime::UNIX_EPOCH)
}

async fn filled(folder: &TempDir, port: u16) -> SqliteStore {
    let store = SqliteStore::new(&folder.path().join("sessions.sqlite"), &identity(port));
    store.prepare().await.unwrap();
    for id in 0..SESSIONS {
        assert!(store.create(&Id(id), &session()).await.unwrap());
    }
    store
}

/// Changes every session so many times, each in a transaction of its own.
async fn write(store: &SqliteStore, times: usize) {
    for id in (0..SESSIONS).cycle().take(times * SESSIONS as usize) {
        // Whatever its version is now: it is that of whoever wrote last.
        let version = store.load(&Id(id)).await.unwrap().unwrap().version;
        assert!(store.save(&Id(id), &session(), version).await.unwrap());
    }
}

/// The most pages that the log has had.
fn longest(folder: &TempDir) -> u64 {
    let log = folder.path().join("sessions.sqlite-wal");
    fs::metadata(log).unwrap().len() / PAGE
}

#[tokio::test]
async fn under_steady_writes_the_log_begins_anew_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, 4000).await;
    // Some 40,000 pages, and readers beside them who never stop.
    write(&store, 10).await;
    // What a look finds, what comes until the next one, and what comes while it is copied.
    assert!(longest(&folder) < 6000, "{} pages", longest(&folder));
    assert!(store.pools.log.database.lock().unwrap().is_some());
    store.close().await;
    let after = SqliteStore::new(&store.pools.file, &store.identity);
    assert_eq!(after.count().await.unwrap(), SESSIONS as u64);
}

#[tokio::test]
async fn of_two_processes_that_write_to_one_file_neither_keeps_the_log_from_beginning_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (filled(&folder, 4000).await, filled(&folder, 4001).await);
    tokio::join!(write(&one, 10), write(&other, 10));
    // Whoever finds that the other one has written meanwhile tries again.
    assert!(longest(&folder) < 12_000, "{} pages", longest(&folder));
}

#[tokio::test]
async fn a_log_that_cannot_be_copied_is_told_once_and_copied_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, 4000).await;
    let told = folder.path().join("told");
    let subscriber = tracing_subscriber::fmt().with_writer(Arc::new(File::create(&told).unwrap()));
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let pools = &store.pools;
    let until = async |failing| {
        while pools.log.turn.try_lock().is_err()
            || pools.log.failing.load(Ordering::Relaxed) != failing
        {
            sleep(Duration::from_millis(10)).await;
        }
    };
    // Somebody has all readers, for longer than the task waits.
    let mut readers = Vec::new();
    for _ in 0..4 {
        readers.push(pools.readers.take().await.unwrap());
    }
    for _ in 0..2 {
        pools.wrote(LOOK);
        // The task has the turn from this moment on.
        until(true).await;
    }
    for reader in readers {
        reader.end(&Ok(()));
    }
    pools.wrote(LOOK);
    until(false).await;
    let told = fs::read_to_string(told).unwrap();
    assert_eq!(told.matches("the log is not copied").count(), 1, "{told}");
    assert!(told.contains("sessions.sqlite"), "{told}");
    // Nobody has noticed anything.
    write(&store, 1).await;
}
