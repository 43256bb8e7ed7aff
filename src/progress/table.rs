//! The table: a row for each task that a learner has done.

use super::{
    Learner,
    database::{Database, Engine},
};
use crate::{config::private_file, error::HttpError, identity::Identity};
use std::{
    fmt::Display,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use time::OffsetDateTime;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// Makes the table `{t}`; in words that all engines know.
const MAKE: &str = "CREATE TABLE IF NOT EXISTS {t} (learner CHAR(36) NOT NULL, \
                    lesson INTEGER NOT NULL, task VARCHAR(64) NOT NULL, \
                    ticked_at BIGINT NOT NULL, PRIMARY KEY (learner, lesson, task))";

/// The row in the place of a lesson that says who the owner is.
const OWNER: i32 = 0;

/// How long a request waits for its copy's turn; as long as for a connection.
const TURN: Duration = Duration::from_secs(1);

/// The table in whichever database it is.
#[derive(Debug)]
pub(super) struct Table {
    database: Database,
    name: String,
    present: AtomicBool,
    /// One request at a time: however many copies share the connections, each has its share.
    turn: Semaphore,
}

impl Table {
    pub(super) fn new(database: &Database, identity: &Identity) -> Self {
        Self {
            database: database.clone(),
            name: identity.names.prefix.table("progress"),
            present: AtomicBool::new(false),
            turn: Semaphore::new(1),
        }
    }

    /// Lessons and tasks.
    pub(super) async fn tasks_of(
        &self,
        learner: &Learner,
    ) -> Result<Vec<(u16, String)>, HttpError> {
        let query = self.words("SELECT lesson, task FROM {t} WHERE learner = ? AND lesson > 0");
        let _turn = self.turn().await?;
        let query = sqlx::query_as(&query).bind(learner.to_string());
        let rows = query.fetch_all(&self.database.pool).await;
        let rows: Vec<(i32, String)> = self.found(rows)?;
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
        let _turn = self.turn().await?;
        self.present().await?;
        let statement = sqlx::query(&statement)
            .bind(learner.to_string())
            .bind(lesson);
        let done = statement.execute(&self.database.pool).await;
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    pub(super) async fn owner(&self) -> Result<Option<Learner>, HttpError> {
        // The last who came with the token: a browser's storage may have been cleared.
        let query =
            self.words("SELECT learner FROM {t} WHERE lesson = 0 ORDER BY ticked_at DESC LIMIT 1");
        let _turn = self.turn().await?;
        let query = sqlx::query_scalar(&query);
        let owner = query.fetch_optional(&self.database.pool).await;
        let owner: Option<String> = self.found(owner)?;
        Ok(owner.and_then(|owner| owner.trim().parse().ok()))
    }

    pub(super) async fn set_owner(&self, learner: &Learner) -> Result<(), HttpError> {
        self.insert(&learner.to_string(), OWNER, "owner").await
    }

    async fn insert(&self, learner: &str, lesson: i32, task: &str) -> Result<(), HttpError> {
        let statement = self.words(match self.database.engine {
            Engine::Mysql => "INSERT IGNORE INTO {t} VALUES (?, ?, ?, ?)",
            _ => "INSERT INTO {t} VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        });
        let _turn = self.turn().await?;
        self.present().await?;
        let statement = sqlx::query(&statement)
            .bind(learner)
            .bind(lesson)
            .bind(task)
            .bind(OffsetDateTime::now_utc().unix_timestamp());
        let done = statement.execute(&self.database.pool).await;
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, HttpError> {
        let turn = timeout(TURN, self.turn.acquire()).await.ok();
        let turn = turn.and_then(Result::ok);
        turn.ok_or_else(|| unavailable("other requests of this copy wait, too"))
    }

    /// Makes the table where it is missing; looked for by using it, since an account may be
    /// allowed to use it and not to make it.
    async fn present(&self) -> Result<(), HttpError> {
        if self.present.load(Ordering::Acquire) {
            return Ok(());
        }
        let look = self.words("SELECT lesson FROM {t} LIMIT 1");
        let looked = sqlx::query(&look).fetch_optional(&self.database.pool).await;
        let there = match looked {
            Err(error) if missing(&error) => self.make().await,
            looked => looked.map(|_| ()),
        };
        there.map_err(|error| self.sort(error))?;
        self.present.store(true, Ordering::Release);
        Ok(())
    }

    /// What was looked for; in a table that nobody made yet, nothing.
    fn found<T: Default>(&self, looked: sqlx::Result<T>) -> Result<T, HttpError> {
        match looked {
            Err(error) if missing(&error) => Ok(T::default()),
            looked => looked.map_err(|error| self.sort(error)),
        }
    }

    fn sort(&self, error: sqlx::Error) -> HttpError {
        if missing(&error) {
            // Somebody has removed it; the next one makes it again.
            self.present.store(false, Ordering::Release);
        }
        unavailable(error)
    }

    async fn make(&self) -> sqlx::Result<()> {
        if let Engine::Sqlite(file) = &self.database.engine {
            private_file(file)
                .map_err(|refusal| sqlx::Error::Io(std::io::Error::other(refusal)))?;
        }
        let statement = self.words(MAKE);
        sqlx::query(&statement)
            .execute(&self.database.pool)
            .await
            .map(|_| ())
    }

    /// The statement for this table, with the placeholders of this engine.
    fn words(&self, statement: &str) -> String {
        let statement = statement.replace("{t}", &self.name);
        match self.database.engine {
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

fn unavailable(cause: impl Display) -> HttpError {
    HttpError::unavailable("Your progress cannot be kept right now.".into(), cause)
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
