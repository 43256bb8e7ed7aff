//! What the tests have in common: copies to talk to, and visitors to talk with.

mod alone;
mod app;
mod chromium;
mod clock;
mod copy;
mod desk;
mod dice;
mod every_store;
mod express;
mod failing_deletes;
mod gate;
mod haproxy;
mod hostile;
pub mod http2;
mod keeper;
mod learner;
mod limits;
mod mariadb;
#[cfg(feature = "memcached")]
mod memcached;
#[cfg(feature = "mongodb")]
mod mongodb;
mod numbers;
mod place;
mod plain_client;
mod plain_server;
#[cfg(feature = "postgres")]
mod postgres;
mod proxy;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_cluster;
mod routes;
mod server;
mod visitor;
mod wrong_copy;

#[cfg(feature = "mongodb")]
pub use self::mongodb::{Mongodb, shared_mongodb};
pub use alone::alone;
pub use app::{Storage, TestApp, catalog};
pub use chromium::Chromium;
pub use clock::TestClock;
pub use copy::{Copy, Folder};
pub use desk::{Desk, free_ports, write_class};
pub use dice::Dice;
pub(crate) use every_store::{
    on_every_database, on_every_server, on_every_server_side_store, on_every_server_with_locks,
    on_every_store, scenarios,
};
pub use express::Express;
pub use failing_deletes::FailingDeletes;
pub use gate::Gate;
pub use haproxy::{HaProxy, REPLICAS};
pub use hostile::{Hostile, Manner};
pub use learner::Learner;
pub use limits::{CLOSED, short_limits};
pub use mariadb::{MariaDb, shared_mariadb};
#[cfg(feature = "memcached")]
pub use memcached::{Memcached, shared_memcached};
pub use plain_client::PlainClient;
pub use plain_server::{PlainServer, certificate_files_in};
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, shared_postgres};
pub use proxy::Proxy;
#[cfg(feature = "redis")]
pub use redis::{Redis, shared_redis};
#[cfg(feature = "redis")]
pub use redis_cluster::{RedisCluster, shared_redis_cluster};
pub use server::{Server, ServerKind};
pub use visitor::{Answer, Visitor};
pub use wrong_copy::{Mistake, WrongCopy};

use std::{net::TcpListener, time::Duration};
use tokio::time::{Instant, sleep};

/// A port that is free on loopback right now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Asks again until `condition` holds; panics with `what` after `limit`.
pub async fn eventually(what: &str, limit: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + limit;
    while !condition().await {
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// rustls wants its provider chosen before the first connection, in every process.
pub fn choose_tls_provider() {
    // An error says that another test of this process was faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
