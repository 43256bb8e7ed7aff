//! What a session costs its store: with its key, its indexes and its share of empty space.

use super::setting;
#[cfg(feature = "redis")]
use crate::support::Redis;
use crate::support::{TestApp, shared_mariadb};
use sqlx::Executor;
use std::{sync::Arc, time::Duration};
use sweatbox::{
    config::StoreSetup,
    sessions::stores::{Store, StoredSession},
};
use time::OffsetDateTime;
use tokio::task::JoinSet;
use tower_sessions::session::Id;

/// What the wait counter keeps.
const DATA: &[u8] = br#"{"created":1790000000,"data":{"wait":3}}"#;
const WRITERS: u32 = 4;

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_session_takes_half_a_kibibyte_of_mariadb_at_most() {
    let server = shared_mariadb().await;
    let app = TestApp::on_mariadb(server).await;
    let sessions = fill(app.store()).await;
    let StoreSetup::Mysql(credentials) = &app.setup else {
        panic!("it is on MariaDB");
    };
    let (database, table) = (&credentials.database, app.identity.names.session_table());
    let mut connection = server.connection().await;
    let count = format!("ANALYZE TABLE {database}.{table}");
    connection.execute(&*count).await.unwrap();
    let query = "SELECT CAST(data_length + index_length AS SIGNED) FROM information_schema.tables \
                 WHERE table_schema = ? AND table_name = ?";
    let query = sqlx::query_scalar(query).bind(database).bind(&table);
    let bytes: i64 = query.fetch_one(&mut connection).await.unwrap();
    expect_cheap("MariaDB", bytes.unsigned_abs(), sessions);
}

#[cfg(feature = "redis")]
#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_session_takes_half_a_kibibyte_of_redis_at_most() {
    let server = Redis::start().await;
    let app = TestApp::on_redis(&server).await;
    let before = server.used_memory().await;
    let sessions = fill(app.store()).await;
    let bytes = server.used_memory().await - before;
    expect_cheap("Redis", bytes, sessions);
}

/// Creates sessions; how many.
async fn fill(store: Arc<dyn Store>) -> u64 {
    let each = setting("SWEATBOX_SCALING_COST", 2_000) / WRITERS;
    let expiry = OffsetDateTime::now_utc() + Duration::from_secs(3600);
    let session = StoredSession::new(DATA.to_vec(), expiry);
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (store, session) = (store.clone(), session.clone());
        writers.spawn(async move {
            for _ in 0..each {
                assert!(store.create(&Id::default(), &session).await.unwrap());
            }
        });
    }
    writers.join_all().await;
    u64::from(each * WRITERS)
}

fn expect_cheap(place: &str, bytes: u64, sessions: u64) {
    let each = bytes / sessions;
    println!("{place}: {sessions} sessions, {each} bytes each");
    // Less than the data and the id would be a mistake of the measurement.
    let least = DATA.len() as u64 + 22;
    assert!((least..512).contains(&each), "{each} bytes");
}
