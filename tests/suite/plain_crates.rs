//! The same scenarios on the plain crates, which fail them: so our tests of them can fail.

use crate::support::{Gate, PlainServer, Visitor};
use axum::{Extension, Router, extract::Path, routing::get};
use tempfile::TempDir;
use tower_sessions::{Session, SessionManagerLayer};
use tower_sessions_sqlx_store::SqliteStore;

/// `SessionManagerLayer` on the crate's own SQLite store, as its documentation shows it.
struct PlainApp {
    visitor: Visitor,
    gate: Gate,
    _server: PlainServer,
    _folder: TempDir,
}

impl PlainApp {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plain.sqlite");
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .busy_timeout(std::time::Duration::from_secs(10));
        let store = SqliteStore::new(sqlx::SqlitePool::connect_with(options).await.unwrap());
        store.migrate().await.unwrap();
        let gate = Gate::new();
        let routes = Router::new()
            .route("/add/{key}", get(add))
            .route("/add-slowly/{key}", get(add_slowly))
            .route("/logout", get(logout))
            .layer(Extension(gate.clone()))
            .layer(SessionManagerLayer::new(store));
        let server = PlainServer::start(routes);
        Self {
            visitor: Visitor::new(server.port),
            gate,
            _server: server,
            _folder: folder,
        }
    }
}

async fn add(session: Session, Path(key): Path<String>) -> String {
    let sum = session.get::<u64>(&key).await.unwrap().unwrap_or(0) + 1;
    // Where a handler asks a database or another service, others run.
    tokio::task::yield_now().await;
    session.insert(&key, sum).await.unwrap();
    sum.to_string()
}

async fn add_slowly(
    session: Session,
    Extension(gate): Extension<Gate>,
    key: Path<String>,
) -> String {
    session.get::<u64>(&key).await.unwrap();
    gate.pass().await;
    add(session, key).await
}

async fn logout(session: Session) {
    session.flush().await.unwrap();
}

#[tokio::test]
async fn the_plain_crates_lose_updates() {
    let app = PlainApp::start().await;
    app.visitor.get("/add/n").await.expect(200);
    let mut tabs = tokio::task::JoinSet::new();
    for _ in 0..51 {
        let tab = app.visitor.another_tab();
        tabs.spawn(async move { tab.get("/add/n").await.expect(200) });
    }
    tabs.join_all().await;
    let sum: u64 = app.visitor.get("/add/n").await.text.parse().unwrap();
    assert!(
        sum < 53,
        "all 53 were counted, so this scenario proves nothing"
    );
}

#[tokio::test]
async fn the_plain_crates_bring_an_ended_session_back() {
    let app = PlainApp::start().await;
    app.visitor.get("/add/n").await.expect(200);
    let cookie = app.visitor.cookie("id").unwrap();
    let tab = app.visitor.another_tab();
    let slow = tokio::spawn(async move { tab.get("/add-slowly/n").await.expect(200) });
    app.gate.wait_for_arrival().await;
    app.visitor.get("/logout").await.expect(200);
    app.gate.let_one_pass();
    slow.await.unwrap();
    app.visitor.plant("id", &cookie);
    assert_eq!(app.visitor.get("/add/n").await.text, "3", "it stayed ended");
}

#[tokio::test]
async fn the_plain_crates_remove_a_secure_cookie_without_saying_secure() {
    let app = PlainApp::start().await;
    app.visitor.get("/add/n").await.expect(200);
    let answer = app.visitor.get("/logout").await.expect(200);
    assert!(!answer.set_cookies()[0].contains("Secure"));
}
