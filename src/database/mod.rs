//! Tables of a copy's own beside the sessions, in whichever database the copy has.
//!
//! On the database of the session store or, if that speaks no SQL, in the SQLite file. Nothing is
//! connected before it is used.

mod table;

pub use table::{Table, Turn};

use crate::config::{SQLITE_FILE, StoreSetup};
use secrecy::ExposeSecret;
use sqlx::{
    AnyPool, ConnectOptions,
    any::AnyPoolOptions,
    mysql::MySqlConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{path::PathBuf, time::Duration};

/// Connections for the tables of one copy, or of all copies of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    pool: AnyPool,
    engine: Engine,
}

/// What differs between the databases.
#[derive(Debug, Clone)]
enum Engine {
    Sqlite(PathBuf),
    Mysql,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Database {
    /// At most so many `connections`, made when first needed.
    pub fn new(setup: &StoreSetup, connections: u32) -> Self {
        sqlx::any::install_default_drivers();
        let (engine, url) = place(setup);
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

/// Which engine, and how to reach it.
fn place(setup: &StoreSetup) -> (Engine, String) {
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
