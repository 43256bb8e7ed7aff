//! A table of the copy's own beside the sessions, in whichever database the copy has.
//!
//! On the database of the session store or, if that speaks no SQL, in the SQLite file. Found or
//! made when it is first used, so that a copy that needs no such table connects to nothing.

use crate::config::{SQLITE_FILE, StoreSetup, private_file};
use secrecy::ExposeSecret;
use sqlx::{
    AnyPool, ConnectOptions,
    any::AnyPoolOptions,
    mysql::MySqlConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// One table, on a connection of its own.
#[derive(Debug)]
pub struct Table {
    pool: AnyPool,
    name: String,
    columns: &'static str,
    engine: Engine,
    present: AtomicBool,
}

/// What differs between the databases.
#[derive(Debug)]
enum Engine {
    Sqlite(PathBuf),
    Mysql,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Table {
    /// The table `name` with `columns`, as they stand in the brackets of `CREATE TABLE`.
    pub fn new(setup: &StoreSetup, name: String, columns: &'static str) -> Self {
        sqlx::any::install_default_drivers();
        let (engine, url) = place(setup);
        let pool = AnyPoolOptions::new()
            .max_connections(1)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(Duration::from_secs(1));
        Self {
            pool: pool
                .connect_lazy(&url)
                .expect("what a driver writes as a URL it reads as well"),
            name,
            columns,
            engine,
            present: AtomicBool::new(false),
        }
    }

    /// The connection.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// The statement for this table, which it calls `{t}`, with the placeholders of this engine.
    pub fn words(&self, statement: &str) -> String {
        let statement = statement.replace("{t}", &self.name);
        match self.engine {
            #[cfg(feature = "postgres")]
            Engine::Postgres => {
                let mut parts = statement.split('?');
                let first = parts.next().unwrap_or_default().to_owned();
                parts
                    .enumerate()
                    .fold(first, |all, (at, part)| format!("{all}${}{part}", at + 1))
            }
            _ => statement,
        }
    }

    /// The statement that inserts a row, given as `(?, ?)`, unless one with its key is there.
    pub fn insert_unless_there(&self, row: &str) -> String {
        self.words(&match self.engine {
            Engine::Mysql => format!("INSERT IGNORE INTO {{t}} VALUES {row}"),
            _ => format!("INSERT INTO {{t}} VALUES {row} ON CONFLICT DO NOTHING"),
        })
    }

    /// Makes the table where it is missing; looked for by using it, since an account may be
    /// allowed to use it and not to make it.
    ///
    /// # Errors
    /// What the database reported.
    pub async fn ready(&self) -> sqlx::Result<()> {
        if self.present.load(Ordering::Acquire) {
            return Ok(());
        }
        let look = self.words("SELECT 1 FROM {t} LIMIT 1");
        match sqlx::query(&look).fetch_optional(&self.pool).await {
            Err(error) if missing(&error) => self.make().await?,
            looked => looked.map(|_| ())?,
        }
        self.present.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes note of an error: when somebody has removed the table, the next use makes it again.
    pub fn noticed(&self, error: &sqlx::Error) {
        if missing(error) {
            self.present.store(false, Ordering::Release);
        }
    }

    async fn make(&self) -> sqlx::Result<()> {
        if let Engine::Sqlite(file) = &self.engine {
            private_file(file)
                .map_err(|refusal| sqlx::Error::Io(std::io::Error::other(refusal)))?;
        }
        let letters = match self.engine {
            // Names in every script, and `Ann` is not `ann`: neither is every server's default.
            Engine::Mysql => " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            _ => "",
        };
        let columns = self.columns;
        let make = self.words(&format!(
            "CREATE TABLE IF NOT EXISTS {{t}} ({columns}){letters}"
        ));
        sqlx::query(&make).execute(&self.pool).await.map(|_| ())
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

/// Whether the table, or the whole SQLite file, is not there.
fn missing(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else {
        return false;
    };
    let code = error.code().unwrap_or_default();
    // MySQL, PostgreSQL; SQLite has a code for all errors of a statement, and one for the file.
    matches!(&*code, "1146" | "42S02" | "42P01" | "14")
        || (code == "1" && error.message().contains("no such table"))
}
