//! The table of the finished attempts: `s_{port}_quiz_result`.
//!
//! Rows of one table may be of several quizzes, which their titles tell apart.

use super::{finished::Finished, name::Name, view::EndedBy};
use crate::{
    database::{Database, Table},
    identity::Identity,
};
use std::{collections::HashMap, future::Future, time::Duration};
use tokio::time::timeout;

/// How long the database may take. A row is quick; what waits is a server that is frozen.
const LIMIT: Duration = Duration::from_millis(1500);

const COLUMNS: &str = "id VARCHAR(36) NOT NULL PRIMARY KEY, quiz VARCHAR(200) NOT NULL, \
     name VARCHAR(60) NOT NULL, score BIGINT NOT NULL, questions BIGINT NOT NULL, \
     started_at BIGINT NOT NULL, ended_at BIGINT NOT NULL, ended_by VARCHAR(8) NOT NULL";

/// A row as it is read.
type Row = (String, String, i64, i64, i64, i64, String);

/// The results in the database.
#[derive(Debug)]
pub(super) struct Results {
    table: Table,
    /// The title of the quiz that is asked for.
    quiz: String,
}

/// The database does not do what it was asked. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Away(String);

impl Results {
    pub(super) fn new(database: &Database, identity: &Identity, quiz: &str) -> Self {
        let name = identity.names.prefix.table("quiz_result");
        Self {
            table: Table::new(database, name, COLUMNS),
            quiz: quiz.to_owned(),
        }
    }

    /// Writes all of `rows` or none; one that is there already stays as it is.
    pub(super) async fn write(&self, rows: &[Finished]) -> Result<(), Away> {
        let statement = self.table.insert_unless_there("(?, ?, ?, ?, ?, ?, ?, ?)");
        self.limited(async {
            let turn = self.table.turn().await?;
            self.table.ready().await?;
            let mut transaction = turn.pool.begin().await?;
            for row in rows {
                let insert = sqlx::query(&statement)
                    .bind(&row.id)
                    .bind(&row.quiz)
                    .bind(&row.name)
                    .bind(row.score)
                    .bind(row.of)
                    .bind(row.started_ms)
                    .bind(row.ended_ms)
                    .bind(row.by.word());
                insert.execute(&mut *transaction).await?;
            }
            transaction.commit().await
        })
        .await
    }

    /// All results of this quiz, the earliest start first.
    pub(super) async fn all(&self) -> Result<Vec<Finished>, Away> {
        let query = self.table.words(
            "SELECT id, name, score, questions, started_at, ended_at, ended_by FROM {t} \
             WHERE quiz = ? ORDER BY started_at, id",
        );
        let query = sqlx::query_as(&query).bind(&self.quiz);
        let rows: Vec<Row> = self
            .limited(async {
                let turn = self.table.turn().await?;
                self.table.found(query.fetch_all(turn.pool).await)
            })
            .await?;
        Ok(rows.into_iter().filter_map(|row| self.read(row)).collect())
    }

    /// How many attempts each candidate has finished.
    pub(super) async fn past(&self) -> Result<HashMap<Name, u32>, Away> {
        let query = "SELECT name, COUNT(*) FROM {t} WHERE quiz = ? GROUP BY name";
        let query = self.table.words(query);
        let query = sqlx::query_as(&query).bind(&self.quiz);
        let rows: Vec<(String, i64)> = self
            .limited(async {
                let turn = self.table.turn().await?;
                self.table.found(query.fetch_all(turn.pool).await)
            })
            .await?;
        let count = |(name, count): (String, i64)| {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            Some((name.parse().ok()?, count))
        };
        Ok(rows.into_iter().filter_map(count).collect())
    }

    async fn limited<T>(&self, work: impl Future<Output = sqlx::Result<T>>) -> Result<T, Away> {
        match timeout(LIMIT, work).await {
            Ok(done) => done.map_err(|error| {
                self.table.noticed(&error);
                Away(error.to_string())
            }),
            Err(_) => Err(Away(format!("no answer within {LIMIT:?}"))),
        }
    }

    /// `None` for a row that somebody has written by hand, and wrongly.
    fn read(&self, (id, name, score, of, started_ms, ended_ms, by): Row) -> Option<Finished> {
        Some(Finished {
            id,
            quiz: self.quiz.clone(),
            name,
            score,
            of,
            started_ms,
            ended_ms,
            by: EndedBy::named(&by)?,
        })
    }
}
