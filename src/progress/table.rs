//! The table: a row for each task that a learner has done.

use super::Learner;
use crate::{
    database::{self, Database, Turn},
    error::HttpError,
    identity::Identity,
};
use time::OffsetDateTime;

/// The row in the place of a lesson that says who the owner is.
const OWNER: i32 = 0;

// `VARCHAR`, since PostgreSQL's `CHAR` is none of the types that every driver knows.
const COLUMNS: &str = "learner VARCHAR(36) NOT NULL, lesson INTEGER NOT NULL, \
     task VARCHAR(64) NOT NULL, ticked_at BIGINT NOT NULL, PRIMARY KEY (learner, lesson, task)";

/// The table in whichever database it is.
#[derive(Debug)]
pub(super) struct Table(database::Table);

impl Table {
    pub(super) fn new(database: &Database, identity: &Identity) -> Self {
        let name = identity.names.prefix.table("progress");
        Self(database::Table::new(database, name, COLUMNS))
    }

    /// Lessons and tasks.
    pub(super) async fn tasks_of(
        &self,
        learner: &Learner,
    ) -> Result<Vec<(u16, String)>, HttpError> {
        let query = "SELECT lesson, task FROM {t} WHERE learner = ? AND lesson > 0";
        let query = self.0.words(query);
        let turn = self.turn().await?;
        let query = sqlx::query_as(&query).bind(learner.to_string());
        let rows = self.0.found(query.fetch_all(turn.pool).await);
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
        let statement = self.0.words(match lesson {
            Some(_) => "DELETE FROM {t} WHERE learner = ? AND lesson = ?",
            None => "DELETE FROM {t} WHERE learner = ? AND lesson > ?",
        });
        let lesson = lesson.map_or(OWNER, i32::from);
        let turn = self.turn().await?;
        self.ready().await?;
        let statement = sqlx::query(&statement)
            .bind(learner.to_string())
            .bind(lesson);
        let done = statement.execute(turn.pool).await;
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    pub(super) async fn owner(&self) -> Result<Option<Learner>, HttpError> {
        // The last who came with the token: a browser's storage may have been cleared.
        let query = "SELECT learner FROM {t} WHERE lesson = 0 ORDER BY ticked_at DESC LIMIT 1";
        let query = self.0.words(query);
        let turn = self.turn().await?;
        let owner = sqlx::query_scalar(&query).fetch_optional(turn.pool);
        let owner = self.0.found(owner.await);
        let owner: Option<String> = owner.map_err(|error| self.sort(error))?;
        Ok(owner.and_then(|owner| owner.trim().parse().ok()))
    }

    pub(super) async fn set_owner(&self, learner: &Learner) -> Result<(), HttpError> {
        self.insert(&learner.to_string(), OWNER, "owner").await
    }

    async fn insert(&self, learner: &str, lesson: i32, task: &str) -> Result<(), HttpError> {
        let statement = self.0.insert_unless_there("(?, ?, ?, ?)");
        let turn = self.turn().await?;
        self.ready().await?;
        let statement = sqlx::query(&statement)
            .bind(learner)
            .bind(lesson)
            .bind(task)
            .bind(OffsetDateTime::now_utc().unix_timestamp());
        let done = statement.execute(turn.pool).await;
        done.map(|_| ()).map_err(|error| self.sort(error))
    }

    async fn turn(&self) -> Result<Turn<'_>, HttpError> {
        self.0.turn().await.map_err(|error| self.sort(error))
    }

    async fn ready(&self) -> Result<(), HttpError> {
        self.0.ready().await.map_err(|error| self.sort(error))
    }

    fn sort(&self, error: sqlx::Error) -> HttpError {
        self.0.noticed(&error);
        HttpError::unavailable("Your progress cannot be kept right now.".into(), error)
    }
}
