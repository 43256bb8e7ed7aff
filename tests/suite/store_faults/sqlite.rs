//! The SQLite file, locked, full, removed and damaged, under the real program.

use super::{ANSWER, RECOVERY, expect_refused};
use crate::support::{Copy, Folder, TestApp, Visitor, eventually};
use sqlx::{Connection, Executor, SqliteConnection};
use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use sweatbox::{
    config::StoreSetup,
    sessions::{purge_regularly, stores::StoredSession},
};
use tower_sessions::session::Id;

const FILE: &str = "sweatbox.sqlite";
/// How long another process keeps the file locked.
const LOCKED: Duration = Duration::from_secs(10);

/// Somebody else's connection, as that of a backup.
async fn another_connection(file: &Path) -> SqliteConnection {
    let file = file.to_str().unwrap();
    SqliteConnection::connect(file).await.unwrap()
}

/// Nothing can be written: whoever looks goes on, and who changes something is told why.
async fn expect_no_changes(copy: &Copy, store: &str, visitor: &Visitor, numbers: &[u32]) {
    let reason = format!("The session store ({store}) takes no changes just now.");
    for visitor in [visitor, &copy.visitor()] {
        // "Visit again", which appends a number.
        expect_refused(super::browse(visitor, "/0330").await, &reason);
    }
    let seen = visitor.look().await.expect(200);
    assert_eq!(seen.numbers(), numbers);
    assert!(seen.took < ANSWER, "{:?}", seen.took);
    copy.visitor().get("/healthz").await.expect(200);
}

/// Changes are taken again; the number that was appended.
async fn appended_after(visitor: &Visitor, last: u32) -> u32 {
    let mut number = last;
    eventually("changes are taken again", RECOVERY, async || {
        number += 1;
        let answer = visitor.append(number).await;
        assert!(answer.took < ANSWER, "{:?}", answer.took);
        answer.status == 303
    })
    .await;
    number
}

/// Kills the copy, starts it again, and looks.
async fn expect_kept(folder: &Folder, copy: Copy, flags: &[&str], seen: &Visitor, numbers: &[u32]) {
    let port = copy.port;
    assert_eq!(copy.stop_by("-KILL").await, None);
    let _copy = folder.serve_on(port, flags).await;
    assert_eq!(seen.look().await.expect(200).numbers(), numbers);
}

#[tokio::test]
async fn a_file_that_another_process_locks_for_ten_seconds_refuses_changes_and_loses_none() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitor = copy.visitor();
    visitor.append(1).await.expect(303);
    let mut other = another_connection(&folder.path(FILE)).await;
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let begun = Instant::now();
    while begun.elapsed() < LOCKED {
        expect_no_changes(&copy, "sqlite", &visitor, &[1]).await;
    }
    other.execute("ROLLBACK").await.unwrap();
    let last = appended_after(&visitor, 1).await;
    assert_eq!(visitor.look().await.expect(200).numbers(), [1, last]);
    assert!(
        copy.log().contains("another process has locked"),
        "{}",
        copy.log()
    );
}

#[tokio::test]
async fn a_full_disk_refuses_changes_and_loses_none() {
    for store in ["sqlite", "file"] {
        let folder = Folder::new();
        let flags = ["--bind", "127.0.0.1", "--store", store];
        let copy = folder.serve_within_limits(&flags).await;
        let visitor = copy.visitor();
        visitor.append(1).await.expect(303);
        // A disk of our own to fill would take root; to a program a file that may not grow is
        // the same: the system refuses the write.
        copy.limit_files(Some(0));
        expect_no_changes(&copy, store, &visitor, &[1]).await;
        copy.limit_files(None);
        let last = appended_after(&visitor, 1).await;
        expect_kept(&folder, copy, &flags, &visitor, &[1, last]).await;
    }
}

#[tokio::test]
async fn a_file_that_is_removed_without_its_journal_is_made_again_and_kept() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitor = copy.visitor();
    visitor.append(1).await.expect(303);
    fs::remove_file(folder.path(FILE)).unwrap();
    // A copy that is alone remembers for 100 ms what it has just written.
    eventually("the removal is noticed", RECOVERY, async || {
        visitor.look().await.expect(200).numbers().is_empty()
    })
    .await;
    visitor.append(2).await.expect(303);
    expect_kept(&folder, copy, &["--bind", "127.0.0.1"], &visitor, &[2]).await;
}

/// Overwrites the page by which sessions are found; the rest of the file stays as it is.
async fn damage(folder: &Folder, port: u16) {
    let mut other = another_connection(&folder.path(FILE)).await;
    // What lies in the journal would cover the damage.
    let emptied: (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert_eq!(emptied.0, 0, "somebody is reading");
    let index = format!("sqlite_autoindex_s_{port}_session_1");
    let query = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = ?");
    let page: i64 = query.bind(index).fetch_one(&mut other).await.unwrap();
    let size = sqlx::query_scalar("PRAGMA page_size");
    let size: i64 = size.fetch_one(&mut other).await.unwrap();
    let (page, size) = (page.unsigned_abs(), size.unsigned_abs());
    let file = File::options().write(true).open(folder.path(FILE)).unwrap();
    let noise = vec![0xff; usize::try_from(size).unwrap()];
    file.write_all_at(&noise, (page - 1) * size).unwrap();
}

#[tokio::test]
async fn a_file_that_is_damaged_while_the_copy_runs_is_told_with_the_mend_and_the_mend_mends_it() {
    const MEND: &str = "mkdir damaged && mv sweatbox.sqlite* damaged/";
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitor = copy.visitor();
    visitor.append(1).await.expect(303);
    damage(&folder, copy.port).await;

    eventually("the damage is noticed", RECOVERY, async || {
        visitor.look().await.status == 503
    })
    .await;
    let reason = "The session store (sqlite) cannot be used; `sweatbox doctor` says why.";
    expect_refused(visitor.look().await, reason);
    // A newcomer is not told that something was kept which nobody would find again.
    expect_refused(super::browse(&copy.visitor(), "/0330").await, reason);
    assert!(copy.log().contains(MEND), "{}", copy.log());
    let doctor = folder.run_soon(&["doctor"]).await;
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert!(told.contains("is damaged or is no database"), "{told}");
    assert!(told.contains(MEND), "{told}");

    let mended = Command::new("sh")
        .args(["-c", MEND])
        .current_dir(folder.path("."))
        .status();
    assert!(mended.unwrap().success());
    // It goes on with a new file by itself, and the damaged one is kept.
    let last = appended_after(&visitor, 1).await;
    assert!(folder.path("damaged").join(FILE).exists());
    expect_kept(&folder, copy, &["--bind", "127.0.0.1"], &visitor, &[last]).await;
}

#[tokio::test]
async fn an_error_in_one_purge_does_not_end_the_purges() {
    let app = TestApp::on_sqlite().await;
    let StoreSetup::Sqlite(file) = &app.setup else {
        panic!("it is on SQLite");
    };
    let mut other = another_connection(file).await;
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let purges = purge_regularly(app.sessions.clone(), Duration::from_millis(100));
    let purges = tokio::spawn(purges);
    // They take turns with these two, so one of theirs has failed as well.
    for _ in 0..2 {
        app.sessions.purge().await.unwrap_err();
    }
    other.execute("ROLLBACK").await.unwrap();
    let (store, id) = (app.store(), Id::default());
    let expired = StoredSession::new(b"{}".to_vec(), app.clock.now());
    assert!(store.create(&id, &expired).await.unwrap());
    eventually("the expired session is removed", RECOVERY, async || {
        store.load(&id).await.unwrap().is_none()
    })
    .await;
    assert!(!purges.is_finished());
    purges.abort();
}
