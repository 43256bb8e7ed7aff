//! Tables in a SQLite file.

use super::prepare;
use crate::support::{Folder, TestApp, free_port};
use sqlx::{Connection, Executor, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use sweatbox::config::StoreSetup;
use tempfile::TempDir;

fn sqlite_file() -> (TempDir, StoreSetup) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sweatbox.sqlite");
    (folder, StoreSetup::Sqlite(file))
}

/// Runs statements on a SQLite file, made as the program would make it.
async fn on_sqlite(setup: &StoreSetup, statement: &str) -> Vec<sqlx::sqlite::SqliteRow> {
    let StoreSetup::Sqlite(file) = setup else {
        unreachable!("it is a SQLite store");
    };
    sweatbox::config::private_file(file).unwrap();
    let options = SqliteConnectOptions::new().filename(file);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    pool.fetch_all(statement).await.unwrap()
}

const RENAME: &str = "ALTER TABLE s_41220_session RENAME TO s_41220_session_express;";

#[tokio::test]
async fn a_table_with_other_columns_is_refused_with_the_rename() {
    let (_folder, setup) = sqlite_file();
    on_sqlite(
        &setup,
        "CREATE TABLE s_41220_session (sid TEXT, expired INTEGER, sess TEXT)",
    )
    .await;
    let refusal = prepare(&setup, "11").await.unwrap_err();
    assert!(
        refusal.contains("other columns (sid TEXT, expired INTEGER, sess TEXT)"),
        "{refusal}"
    );
    assert!(refusal.contains(RENAME), "{refusal}");
    // The mend mends it, and nothing is lost.
    on_sqlite(&setup, RENAME).await;
    prepare(&setup, "11").await.unwrap();
    on_sqlite(&setup, "SELECT sid FROM s_41220_session_express").await;
}

#[tokio::test]
async fn tables_made_under_another_install_key_are_refused() {
    let (_folder, setup) = sqlite_file();
    prepare(&setup, "11").await.unwrap();
    let refusal = prepare(&setup, "22").await.unwrap_err();
    assert!(refusal.contains("under another install key"), "{refusal}");
    assert!(
        refusal.contains("DROP TABLE s_41220_session, s_41220_meta;"),
        "{refusal}"
    );
    prepare(&setup, "11").await.unwrap();
}

#[tokio::test]
async fn the_purge_uses_the_index() {
    let (_folder, setup) = sqlite_file();
    prepare(&setup, "11").await.unwrap();
    let plan = "EXPLAIN QUERY PLAN DELETE FROM s_41220_session WHERE rowid IN \
                (SELECT rowid FROM s_41220_session WHERE expiry_date <= 5 LIMIT 500)";
    let rows = on_sqlite(&setup, plan).await;
    let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
    let searched = plan
        .iter()
        .any(|step| step.contains("INDEX s_41220_session_expiry"));
    assert!(searched, "{plan:?}");
}

#[tokio::test]
async fn tables_that_were_dropped_while_the_copy_runs_are_made_again() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    on_sqlite(&app.setup, "DROP TABLE s_41220_session").await;
    on_sqlite(&app.setup, "DROP TABLE s_41220_meta").await;
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "none");
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "\"2\"");
}

#[tokio::test]
async fn a_file_that_is_removed_while_the_copy_runs_is_made_again() {
    let app = TestApp::on_sqlite().await;
    let visitors: Vec<_> = (0..8).map(|_| app.visitor()).collect();
    for visitor in &visitors {
        visitor.get("/t/add/n").await.expect(200);
    }
    for name in [
        "sweatbox.sqlite",
        "sweatbox.sqlite-wal",
        "sweatbox.sqlite-shm",
    ] {
        std::fs::remove_file(app.folder().join(name)).unwrap();
    }
    for visitor in &visitors {
        assert_eq!(visitor.get("/t/add/n").await.expect(200).text, "1");
    }
    // What is answered now is in the new file, and not in one without a name.
    let rows = on_sqlite(&app.setup, "SELECT id FROM s_41220_session").await;
    assert_eq!(rows.len(), 8);
    for visitor in &visitors {
        assert_eq!(visitor.get("/t/add/n").await.expect(200).text, "2");
    }
}

#[tokio::test]
async fn a_second_process_is_refused_and_its_mend_named() {
    for store in ["sqlite", "file"] {
        let folder = Folder::new();
        let port = free_port();
        let flags = ["--bind", "127.0.0.1", "--store", store];
        let copy = folder.serve_at("127.0.0.1", port, &flags).await;
        copy.visitor().refresh().await.expect(200);
        let mut doctor = folder.command();
        doctor.args(["doctor", "--bind", "127.0.0.2", "--store", store]);
        let doctor = doctor.output().unwrap();
        assert_eq!(doctor.status.code(), Some(1));
        let text = String::from_utf8(doctor.stdout).unwrap();
        assert!(
            text.contains("another process serves these sessions"),
            "{text}"
        );

        let second = folder
            .run_soon(&["--bind", "127.0.0.2", "--store", store])
            .await;
        assert_eq!(second.status.code(), Some(2), "{second:?}");
        let text = String::from_utf8(second.stderr).unwrap();
        let what = format!("another process serves the sessions of port {port}");
        assert!(text.contains(&what), "{text}");
        assert!(text.contains("stop the other one"), "{text}");
        // Killed, it gives its claim back all the same.
        drop(copy);
        let copy = folder.serve_at("127.0.0.1", port, &flags).await;
        assert_eq!(copy.stop().await, Some(0));
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_a_new_visitor_s() {
    let app = TestApp::on_sqlite().await;
    let StoreSetup::Sqlite(file) = &app.setup else {
        panic!("it is on SQLite");
    };
    let mut database = SqliteConnection::connect(file.to_str().unwrap())
        .await
        .unwrap();
    for damage in [
        "data = 5",
        "data = 'text'",
        "expiry_date = 'next year'",
        "expiry_date = 9223372036854775807",
        "version = 'the last one'",
    ] {
        let visitor = app.visitor();
        visitor.get("/t/set/a/1").await.expect(200);
        let statement = format!("UPDATE s_41220_session SET {damage}");
        database.execute(&*statement).await.unwrap();
        assert_eq!(
            visitor.get("/t/get/a").await.expect(200).text,
            "none",
            "{damage}"
        );
        visitor.get("/t/set/a/2").await.expect(200);
        assert_eq!(
            visitor.get("/t/get/a").await.expect(200).text,
            "\"2\"",
            "{damage}"
        );
        database
            .execute("DELETE FROM s_41220_session")
            .await
            .unwrap();
    }
}
