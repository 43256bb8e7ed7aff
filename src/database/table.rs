//! One table: its statements in the words of its engine, and its making.

use super::{Database, Engine};
use crate::config::private_file;
use sqlx::AnyPool;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// How long a request waits for its copy's turn; as long as for a connection.
const TURN: Duration = Duration::from_secs(1);

/// One table of one copy.
#[derive(Debug)]
pub struct Table {
    database: Database,
    name: String,
    columns: &'static str,
    present: AtomicBool,
    /// One request at a time: however many copies share the connections, each has its share.
    turn: Semaphore,
}

/// A copy's turn at the connections, until it is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    /// The connections.
    pub pool: &'a AnyPool,
    _permit: SemaphorePermit<'a>,
}

impl Table {
    /// The table `name` with `columns`, as they stand in the brackets of `CREATE TABLE`.
    pub fn new(database: &Database, name: String, columns: &'static str) -> Self {
        Self {
            database: database.clone(),
            name,
            columns,
            present: AtomicBool::new(false),
            turn: Semaphore::new(1),
        }
    }

    /// The connections, for one statement or transaction while the turn is held.
    ///
    /// # Errors
    /// Others of this copy are before us for too long.
    pub async fn turn(&self) -> sqlx::Result<Turn<'_>> {
        let turn = timeout(TURN, self.turn.acquire()).await;
        let Ok(Ok(permit)) = turn else {
            return Err(sqlx::Error::PoolTimedOut);
        };
        let pool = &self.database.pool;
        Ok(Turn {
            pool,
            _permit: permit,
        })
    }

    /// The statement for this table, which it calls `{t}`, with the placeholders of this engine.
    pub fn words(&self, statement: &str) -> String {
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

    /// The statement that inserts a row, given as `(?, ?)`, unless one with its key is there.
    pub fn insert_unless_there(&self, row: &str) -> String {
        self.words(&match self.database.engine {
            Engine::Mysql => format!("INSERT IGNORE INTO {{t}} VALUES {row}"),
            _ => format!("INSERT INTO {{t}} VALUES {row} ON CONFLICT DO NOTHING"),
        })
    }

    /// Makes the table where it is missing; looked for by using it, since an account may be
    /// allowed to use it and not to make it. To be called while the [`turn`](Self::turn) is held:
    /// it uses the connections, too.
    ///
    /// # Errors
    /// What the database reported.
    pub async fn ready(&self) -> sqlx::Result<()> {
        if self.present.load(Ordering::Acquire) {
            return Ok(());
        }
        let look = self.words("SELECT 1 FROM {t} LIMIT 1");
        match sqlx::query(&look).fetch_optional(&self.database.pool).await {
            Err(error) if missing(&error) => self.make().await?,
            looked => looked.map(|_| ())?,
        }
        self.present.store(true, Ordering::Release);
        Ok(())
    }

    /// What was looked for; in a table that nobody has made yet, nothing.
    ///
    /// # Errors
    /// What the database reported.
    pub fn found<T: Default>(&self, looked: sqlx::Result<T>) -> sqlx::Result<T> {
        match looked {
            Err(error) if missing(&error) => Ok(T::default()),
            looked => looked,
        }
    }

    /// Takes note of an error: when somebody has removed the table, the next use makes it again.
    pub fn noticed(&self, error: &sqlx::Error) {
        if missing(error) {
            self.present.store(false, Ordering::Release);
        }
    }

    async fn make(&self) -> sqlx::Result<()> {
        if let Engine::Sqlite(file) = &self.database.engine {
            private_file(file)
                .map_err(|refusal| sqlx::Error::Io(std::io::Error::other(refusal)))?;
        }
        let letters = match self.database.engine {
            // Names in every script, and `Ann` is not `ann`: neither is every server's default.
            Engine::Mysql => " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            _ => "",
        };
        let columns = self.columns;
        let make = self.words(&format!(
            "CREATE TABLE IF NOT EXISTS {{t}} ({columns}){letters}"
        ));
        sqlx::query(&make)
            .execute(&self.database.pool)
            .await
            .map(|_| ())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StoreSetup;

    #[tokio::test]
    async fn a_table_that_somebody_drops_meanwhile_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let setup = StoreSetup::Sqlite(folder.path().join("tables.sqlite"));
        let database = Database::new(&setup, 1);
        let table = Table::new(&database, "s_1_task".into(), "task BIGINT NOT NULL");
        let insert = table.words("INSERT INTO {t} VALUES (1)");
        table.ready().await.unwrap();
        let drop_it = sqlx::query("DROP TABLE s_1_task");
        drop_it.execute(&database.pool).await.unwrap();
        let inserted = sqlx::query(&insert).execute(&database.pool).await;
        table.noticed(&inserted.unwrap_err());
        table.ready().await.unwrap();
        let inserted = sqlx::query(&insert).execute(&database.pool).await;
        assert_eq!(inserted.unwrap().rows_affected(), 1);
    }
}
