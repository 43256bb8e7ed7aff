//! A million expired sessions go while visitors come (S10): nobody waits for the purge.

use crate::support::{MariaDb, TestApp, Visitor};
use sqlx::{Connection, Executor};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use sweatbox::{config::StoreSetup, sessions::stores::StoredSession};
use tokio::task::JoinSet;
use tower_sessions::session::Id;

const EXPIRED: i128 = 1_000_000;
/// The memory store is bounded: more have no room in it.
const EXPIRED_IN_MEMORY: i128 = 300_000;
const LIVE: i128 = 10_000;
/// So much longer than without a purge a request may take.
const MORE: Duration = Duration::from_millis(50);

/// How long requests took, sorted.
struct Latencies(Vec<Duration>);

impl Latencies {
    /// The time within which `share` of a thousand were answered. Not the longest: on a shared
    /// machine a few in a thousand wait for other reasons, with a purge and without.
    fn per_mille(&self, share: usize) -> Duration {
        self.0[self.0.len() * share / 1000]
    }
}

/// Four visitors read and change their sessions until `done`.
async fn visit_until(app: &TestApp, done: Arc<AtomicBool>) -> Latencies {
    let mut visitors = JoinSet::new();
    for _ in 0..4 {
        let visitor = app.visitor();
        visitor.get("/t/set/a/1").await.expect(200);
        visitors.spawn(visit(visitor, done.clone()));
    }
    let mut all = visitors.join_all().await.concat();
    all.sort_unstable();
    assert!(all.len() > 500, "{} requests", all.len());
    Latencies(all)
}

async fn visit(visitor: Visitor, done: Arc<AtomicBool>) -> Vec<Duration> {
    let mut took = Vec::new();
    while !done.load(Ordering::Relaxed) {
        took.push(visitor.get("/t/get/a").await.expect(200).took);
        took.push(visitor.get("/t/add/n").await.expect(200).took);
        // A crowd that never rests would measure the machine, not the purge.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    took
}

/// The same load without and with a purge of everything that has expired.
async fn expect_nobody_to_wait(app: &TestApp, expired: i128) {
    let store = app.store();
    assert_eq!(store.count().await.unwrap(), (expired + LIVE) as u64);
    let done = Arc::new(AtomicBool::new(false));
    println!("filled");
    let timer = done.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(4)).await;
        timer.store(true, Ordering::Relaxed);
    });
    let before = visit_until(app, done).await;

    let done = Arc::new(AtomicBool::new(false));
    let (sessions, end) = (app.sessions.clone(), done.clone());
    let start = Instant::now();
    let purge = tokio::spawn(async move {
        let removed = sessions.purge().await;
        end.store(true, Ordering::Relaxed);
        removed.unwrap()
    });
    let during = visit_until(app, done).await;
    assert_eq!(purge.await.unwrap(), expired as u64);
    // Those of the visitors came on top: four in each half.
    assert_eq!(store.count().await.unwrap(), LIVE as u64 + 8);

    for share in [500, 990, 998, 999] {
        let (before, during) = (before.per_mille(share), during.per_mille(share));
        println!("{share} of 1000 within {before:?}, during the purge {during:?}");
    }
    let longest = (before.0.last().unwrap(), during.0.last().unwrap());
    println!("longest {longest:?}, purged in {:?}", start.elapsed());
    let (before, during) = (before.per_mille(998), during.per_mille(998));
    assert!(during < before + MORE, "{before:?}, then {during:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a while: scripts/test"]
async fn a_million_expired_sessions_in_sqlite_keep_nobody_waiting() {
    let app = TestApp::on_sqlite().await;
    let StoreSetup::Sqlite(file) = &app.setup else {
        panic!("it is on SQLite");
    };
    let now = app.clock.now().unix_timestamp() * 1_000_000;
    let mut database = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await;
    let database = database.as_mut().unwrap();
    // Quickly, since nothing of it need survive: in the order of the ids, all in memory.
    let quickly = "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000";
    database.execute(quickly).await.unwrap();
    for (count, expiry) in [(EXPIRED, now - 1), (LIVE, now + 3_600_000_000)] {
        let fill = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO s_41220_session SELECT hex(randomblob(11)), zeroblob(60), {expiry}, i FROM n \
             ORDER BY 1"
        );
        database.execute(&*fill).await.unwrap();
    }
    expect_nobody_to_wait(&app, EXPIRED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs MariaDB, and takes a while: scripts/test"]
async fn a_million_expired_sessions_in_mariadb_keep_nobody_waiting() {
    let server = MariaDb::start().await;
    let app = TestApp::on_mariadb(&server).await;
    let StoreSetup::Mysql(credentials) = &app.setup else {
        panic!("it is on MariaDB");
    };
    for (count, from) in [(EXPIRED, "- INTERVAL 1 HOUR"), (LIVE, "+ INTERVAL 1 HOUR")] {
        let fill = format!(
            "INSERT INTO s_41220_session SELECT LEFT(MD5(CONCAT(seq, '{from}')), 22), \
             REPEAT('x', 60), UTC_TIMESTAMP(6) {from}, seq FROM seq_1_to_{count} ORDER BY 1"
        );
        server
            .execute(&format!("USE {}; {fill}", credentials.database))
            .await;
    }
    expect_nobody_to_wait(&app, EXPIRED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a while: scripts/test"]
async fn three_hundred_thousand_expired_sessions_in_memory_keep_nobody_waiting() {
    let app = TestApp::start(crate::support::Storage::Memory).await;
    let (now, hour) = (app.clock.now(), time::Duration::HOUR);
    let store = app.store();
    for id in 0..EXPIRED_IN_MEMORY + LIVE {
        let expiry = if id < EXPIRED_IN_MEMORY {
            now - hour
        } else {
            now + hour
        };
        let session = StoredSession::new(Vec::new(), expiry);
        assert!(store.create(&Id(id), &session).await.unwrap());
    }
    expect_nobody_to_wait(&app, EXPIRED_IN_MEMORY).await;
}
