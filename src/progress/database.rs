//! The database of the progress: the session store's, or a SQLite file.

use crate::config::{SQLITE_FILE, StoreSetup};
use secrecy::ExposeSecret;
use sqlx::{
    AnyPool, ConnectOptions,
    any::AnyPoolOptions,
    mysql::MySqlConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{path::PathBuf, time::Duration};

/// Connections for the progress of one copy, or of all copies of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pub(super) pool: AnyPool,
    pub(super) engine: Engine,
}

/// What differs between the databases.
#[derive(Debug, Clone)]
pub(super) enum Engine {
    Sqlite(PathBuf),
    Mysql,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Database {
    /// At most so many `connections`, made when first needed, to the database of the session
    /// store, or, if that speaks no SQL, to the SQLite file.
    pub fn new(setup: &StoreSetup, connections: u32) -> Self {
        sqlx::any::install_default_drivers();
        let (engine, url) = engine(setup);
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(Duration::from_secs(1));
        Self {
            pool: pool
                .connect_lazy(&url)
                .expect("what a driver writes as a URL it reads as well"),
            engine,
        }
    }
}

fn engine(setup: &StoreSetup) -> (Engine, String) {
    match setup {
        StoreSetup::Mysql(credentials) => {
            let options = MySqlConnectOptions::new()
                .host(&credentials.host)
                .port(credentials.port.unwrap_or(3306))
                .username(&credentials.user)
                .password(credentials.password.expose_secret())
                .database(&credentials.database);
            (Engine::Mysql, options.to_url_lossy().into())
        }
        #[cfg(feature = "postgres")]
        StoreSetup::Postgres(credentials) => {
            let options = sqlx::postgres::PgConnectOptions::new()
                .host(&credentials.host)
                .port(credentials.port.unwrap_or(5432))
                .username(&credentials.user)
                .password(credentials.password.expose_secret())
                .database(&credentials.database);
            (Engine::Postgres, options.to_url_lossy().into())
        }
        StoreSetup::Sqlite(file) => sqlite(file.clone()),
        _ => sqlite(SQLITE_FILE.into()),
    }
}

fn sqlite(file: PathBuf) -> (Engine, String) {
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(1));
    let url = options.to_url_lossy().into();
    (Engine::Sqlite(file), url)
}
