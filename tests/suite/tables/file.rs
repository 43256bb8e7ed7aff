//! The folder of the file store.

use super::{identity, prepared};
use crate::support::{Storage, TestApp};
use std::{fs, os::unix::fs::PermissionsExt};
use sweatbox::sessions::stores::{FileStore, Store, StoredSession};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use tower_sessions::session::Id;

fn folder() -> (TempDir, FileStore) {
    let parent = tempfile::tempdir().unwrap();
    let store = FileStore::new(parent.path(), &identity("11"));
    (parent, store)
}

fn session() -> StoredSession {
    let expiry = OffsetDateTime::now_utc() + Duration::HOUR;
    StoredSession::new(b"{}".to_vec(), expiry)
}

#[tokio::test]
async fn a_session_is_a_private_file_that_expires_when_it_says() {
    let (parent, store) = folder();
    store.prepare().await.unwrap();
    let (id, session) = (Id::default(), session());
    assert!(store.create(&id, &session).await.unwrap());
    let folder = parent.path().join("s_41220_session");
    let file = folder.join(id.to_string());
    let metadata = fs::metadata(&file).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(
        OffsetDateTime::from(metadata.modified().unwrap()),
        session.expiry
    );
    // The version in 19 digits and a line of its own, then the session as it is.
    let text = format!("{:019}\n{{}}", session.version.0);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[tokio::test]
async fn a_folder_made_under_another_install_key_is_refused() {
    let (parent, store) = folder();
    store.prepare().await.unwrap();
    let other = FileStore::new(parent.path(), &identity("22"));
    let refusal = prepared(&other).await.unwrap_err();
    assert!(refusal.contains("under another install key"), "{refusal}");
    assert!(refusal.contains("s_41220_session.old"), "{refusal}");
}

#[tokio::test]
async fn a_file_in_the_folder_s_place_is_refused() {
    let (parent, store) = folder();
    fs::write(parent.path().join("s_41220_session"), "an essay").unwrap();
    let refusal = prepared(&store).await.unwrap_err();
    assert!(refusal.contains("is no folder"), "{refusal}");
    assert!(refusal.contains("mv "), "{refusal}");
}

#[tokio::test]
async fn foreign_and_torn_files_are_skipped_and_left_alone() {
    let app = TestApp::start(Storage::File).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let folder = app.folder().join("s_41220_session");
    fs::write(folder.join("essay.txt"), "mine").unwrap();
    app.clock.advance(Duration::hours(2));
    assert_eq!(app.sessions.purge().await.unwrap(), 1);
    assert_eq!(
        fs::read_to_string(folder.join("essay.txt")).unwrap(),
        "mine"
    );
    assert!(folder.join("owner").exists());
    // What a crash has left of a write goes after an hour.
    let left_behind = fs::File::create(folder.join(".tmp-abc")).unwrap();
    left_behind.set_modified(app.clock.now().into()).unwrap();
    assert_eq!(app.sessions.purge().await.unwrap(), 0);
    app.clock.advance(Duration::hours(2));
    assert_eq!(app.sessions.purge().await.unwrap(), 1);
    assert!(!folder.join(".tmp-abc").exists());
}
