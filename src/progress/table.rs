//! The table: a row for each task that a learner has done.

use super::Learner;
use crate::{
    config::{SQLITE_FILE, StoreSetup, private_file},
    error::HttpError,
    identity::Identity,
};
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
use time::OffsetDateTime;

/// The row in the place of a lesson that says who the owner is.
const OWNER: i32 = 0;

/// The table in whichever database it is.
#[derive(Debug)]
pub(super) struct Table {
    pool: AnyPool,
    name: String,
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
    pub(super) fn new(setup: &StoreSetup, identity: &Identity) -> Self {
        sqlx::any::install_default_drivers();
        let (engine, url) = match setup {
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
        };
        let pool = AnyPoolOptions::new()
            .max_connections(1)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(Duration::from_secs(1));
        Self {
            pool: pool
                .connect_lazy(&url)
                .expect("what a driver writes as a URL it reads as well"),
            name: identity.names.prefix.table("progress"),
            engine,
            present: AtomicBool::new(false),
        }
    }

    /// Lessons and tasks.
    pub(super) async fn tasks_of(
        &self,
        learner: &Learner,
    ) -> Result<Vec<(u16, String)>, HttpError> {
        let query = self.words("SELECT lesson, task FROM {t} WHERE learner = ? AND lesson > 0");
        self.present().await?;
        let query = sqlx::query_as(&query).bind(learner.to_string());
        let rows = query.fetch_all(&self.pool).await;
        let rows: Vec<(i32, String)> = rows.map_err(|error| self.sort(error))?;
        let row = |(lesson, task)| Some((u16::try_from(lesson).ok()?, task));
        Ok(rows.into_iter().filter_map(row).collect())
    }

    pub(super) async fn add(
        &self,
        learner: &Learner,
        lesson: u16,
        task: &str,
    ) -> Result<(), HttpError> {
        self.insert(&learner.to_string(), i32::from(lesson), task)
            .await
    }

    pub(super) async fn remove(
        &self,
        learner: &Learner,
        lesson: Option<u16>,
    ) -> Result<(), HttpError> {
        let statement = self.words(match lesson {
            Some(_) => "DELETE FROM {t} WHERE learner = ? AND lesson = ?",
            None => "DELETE FROM {t} WHERE learner = ? AND lesson > ?",
        });
        let lesson = lesson.map_or(OWNER, i32::from);
        self.present().await?;
        let statement = sqlx::query(&statement)
            .bind(learner.to_string())
            .bind(lesson);
        let done = statement.execute(&self.pool).await;
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    pub(super) async fn owner(&self) -> Result<Option<Learner>, HttpError> {
        // The last who came with the token: a browser's storage may have been cleared.
        let query =
            self.words("SELECT learner FROM {t} WHERE lesson = 0 ORDER BY ticked_at DESC LIMIT 1");
        self.present().await?;
        let owner = sqlx::query_scalar(&query).fetch_optional(&self.pool).await;
        let owner: Option<String> = owner.map_err(|error| self.sort(error))?;
        Ok(owner.and_then(|owner| owner.trim().parse().ok()))
    }

    pub(super) async fn set_owner(&self, learner: &Learner) -> Result<(), HttpError> {
        self.insert(&learner.to_string(), OWNER, "owner").await
    }

    async fn insert(&self, learner: &str, lesson: i32, task: &str) -> Result<(), HttpError> {
        let statement = self.words(match self.engine {
            Engine::Mysql => "INSERT IGNORE INTO {t} VALUES (?, ?, ?, ?)",
            _ => "INSERT INTO {t} VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        });
        self.present().await?;
        let statement = sqlx::query(&statement)
            .bind(learner)
            .bind(lesson)
            .bind(task)
            .bind(OffsetDateTime::now_utc().unix_timestamp());
        let done = statement.execute(&self.pool).await;
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    /// Makes the table where it is missing; looked for by using it, since an account may be
    /// allowed to use it and not to make it.
    async fn present(&self) -> Result<(), HttpError> {
        if self.present.load(Ordering::Acquire) {
            return Ok(());
        }
        let look = self.words("SELECT lesson FROM {t} LIMIT 1");
        let looked = sqlx::query(&look).fetch_optional(&self.pool).await;
        let there = match looked {
            Err(error) if missing(&error) => self.make().await,
            looked => looked.map(|_| ()),
        };
        there.map_err(|error| self.sort(error))?;
        self.present.store(true, Ordering::Release);
        Ok(())
    }

    fn sort(&self, error: sqlx::Error) -> HttpError {
        if missing(&error) {
            // Somebody has removed it; the next one makes it again.
            self.present.store(false, Ordering::Release);
        }
        HttpError::unavailable("Your progress cannot be kept right now.".into(), error)
    }

    async fn make(&self) -> sqlx::Result<()> {
        if let Engine::Sqlite(file) = &self.engine {
            private_file(file)
                .map_err(|refusal| sqlx::Error::Io(std::io::Error::other(refusal)))?;
        }
        let statement = self.words(
            "CREATE TABLE IF NOT EXISTS {t} (learner CHAR(36) NOT NULL, lesson INTEGER NOT NULL, \
             task VARCHAR(64) NOT NULL, ticked_at BIGINT NOT NULL, \
             PRIMARY KEY (learner, lesson, task))",
        );
        sqlx::query(&statement)
            .execute(&self.pool)
            .await
            .map(|_| ())
    }

    /// The statement for this table, with the placeholders of this engine.
    fn words(&self, statement: &str) -> String {
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
