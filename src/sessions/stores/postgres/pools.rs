//! The connections to a PostgreSQL database: one copy's own, or those of all copies of a
//! process.

use crate::{
    config::Credentials,
    sessions::stores::{claims::Claims, lease::Leases},
};
use secrecy::ExposeSecret;
use sqlx::{
    Postgres,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// How many requests of replicas may hold or await a session's lock at a time.
const LOCKS: u32 = 8;

/// Connections to one database, made when first needed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PostgresPools {
    pub(super) sessions: Leases<Postgres>,
    /// Apart from the other one: whoever waits for a lock must not keep its holder from saving.
    pub(super) locks: Leases<Postgres>,
    /// Holds the claims; for this alone, so that nothing else ends them.
    pub(super) claims: Arc<Mutex<Option<Claims<PgConnection>>>>,
    /// `user@host:port/database`, for messages.
    pub(super) place: String,
    /// The credentials file, for messages.
    pub(super) source: String,
}

impl PostgresPools {
    /// At most so many `connections` for sessions.
    pub fn new(credentials: &Credentials, connections: u32) -> Self {
        let port = credentials.port.unwrap_or(5432);
        let options = PgConnectOptions::new()
            .host(&credentials.host)
            .port(port)
            .username(&credentials.user)
            .password(credentials.password.expose_secret())
            .database(&credentials.database);
        let pool = |connections| {
            let pool = PgPoolOptions::new()
                .max_connections(connections)
                .idle_timeout(Duration::from_secs(60))
                .acquire_timeout(Duration::from_secs(1))
                .test_before_acquire(false)
                .connect_lazy_with(options.clone());
            Leases::to_server(pool)
        };
        let Credentials {
            user,
            host,
            database,
            ..
        } = credentials;
        Self {
            sessions: pool(connections),
            locks: pool(LOCKS),
            claims: Arc::default(),
            place: format!("{user}@{host}:{port}/{database}"),
            source: credentials.source.display().to_string(),
        }
    }

    /// Closes them all, for everybody.
    pub async fn close(&self) {
        self.sessions.close().await;
        self.locks.close().await;
        self.claims.lock().await.take();
    }
}
