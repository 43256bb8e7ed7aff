//! The connections to a MySQL or MariaDB database: one copy's own, or those of all copies of a
//! process.

use super::carrier::CARRIERS;
use crate::{
    config::Credentials,
    sessions::stores::{claims::Claims, lease::Leases},
};
use secrecy::ExposeSecret;
use sqlx::{
    ConnectOptions, Executor, MySql,
    mysql::{MySqlConnectOptions, MySqlConnection, MySqlPoolOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// How many requests of replicas may await a session's lock, or hold one that they have awaited,
/// at a time.
const LOCKS: u32 = 8;
/// A carrier does not wait for a row that somebody has locked by hand: it has many locks, and they
/// would not be free before the server, which waits for 50 s, has noticed its end.
const IMPATIENT: &str = "SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 1";

/// Connections to one database, made when first needed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MysqlPools {
    pub(super) sessions: Leases<MySql>,
    /// Apart from the other one: whoever waits for a lock must not keep its holder from saving.
    pub(super) locks: Leases<MySql>,
    /// Each holds the locks of many, and waits for none.
    pub(super) carriers: Leases<MySql>,
    /// Holds the claims; for this alone, so that nothing else ends them.
    pub(super) claims: Arc<Mutex<Option<Claims<MySqlConnection>>>>,
    /// `user@host:port/database`, for messages.
    pub(super) place: String,
    /// The credentials file, for messages.
    pub(super) source: String,
}

impl MysqlPools {
    /// At most so many `connections` for sessions.
    pub fn new(credentials: &Credentials, connections: u32) -> Self {
        let port = credentials.port.unwrap_or(3306);
        let options = MySqlConnectOptions::new()
            .host(&credentials.host)
            .port(port)
            .username(&credentials.user)
            .password(credentials.password.expose_secret())
            .database(&credentials.database);
        // What goes over them is whole, ids and data: none of it belongs in a log.
        let silent = options.clone().disable_statement_logging();
        let pool = |connections| {
            MySqlPoolOptions::new()
                .max_connections(connections)
                .idle_timeout(Duration::from_secs(60))
                .acquire_timeout(Duration::from_secs(1))
                .test_before_acquire(false)
        };
        let lazy = |connections| pool(connections).connect_lazy_with(options.clone());
        let carriers = pool(CARRIERS as u32).after_connect(|connection, _| {
            Box::pin(async move { connection.execute(IMPATIENT).await.map(|_| ()) })
        });
        let Credentials {
            user,
            host,
            database,
            ..
        } = credentials;
        Self {
            sessions: Leases::to_server(lazy(connections)),
            locks: Leases::to_server(lazy(LOCKS)),
            carriers: Leases::to_server(carriers.connect_lazy_with(silent)),
            claims: Arc::default(),
            place: format!("{user}@{host}:{port}/{database}"),
            source: credentials.source.display().to_string(),
        }
    }

    /// Closes them all, for everybody.
    pub async fn close(&self) {
        self.sessions.close().await;
        self.locks.close().await;
        self.carriers.close().await;
        self.claims.lock().await.take();
    }
}
