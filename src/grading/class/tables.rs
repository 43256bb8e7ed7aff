//! A look into the database: whether each copy writes into a table of its own.

use super::{Class, student::probe};
use crate::{
    config::{Credentials, Refusal, StoreKind},
    grading::{Fault, Verdict},
    identity::{Names, Port},
    roster::Student,
};
use secrecy::ExposeSecret;
use sqlx::{
    MySqlPool, SqlitePool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::time::Duration;

/// The longest wait for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// The class's copies need the server's connections as well.
const CONNECTIONS: u32 = 4;

/// The database in which the copies keep their sessions.
#[derive(Debug)]
pub enum Database {
    /// On a server; the copies may be in several databases there.
    Mysql(MySqlPool),
    /// In a file.
    Sqlite(SqlitePool),
}

impl Database {
    /// Connects with `credentials`.
    ///
    /// # Errors
    /// When that does not succeed, and for a store whose tables are not looked at.
    pub async fn open(credentials: &Credentials) -> Result<Self, Refusal> {
        let source = credentials.source.display();
        let opened = match credentials.driver {
            StoreKind::Mysql => mysql(credentials).await.map(Self::Mysql),
            StoreKind::Sqlite => sqlite(credentials).await.map(Self::Sqlite),
            other => {
                let name = other.name();
                let problem = format!("{source} is for {name}, whose tables are not looked at");
                let mend = "name a file for mysql or sqlite, or leave --credentials out";
                return Err(Refusal::new(problem, mend));
            }
        };
        opened.map_err(|error| {
            let mend = format!("correct {source}, or leave --credentials out");
            Refusal::new(format!("{source}: {error}"), mend)
        })
    }

    /// How many rows the table has, over all databases; nothing if there is no such table.
    async fn rows(&self, table: &str) -> sqlx::Result<Option<i64>> {
        let places = self.places(table).await?;
        let mut rows = None;
        for place in places {
            let count = format!("SELECT COUNT(*) FROM {place}");
            let found: i64 = match self {
                Self::Mysql(pool) => sqlx::query_scalar(&count).fetch_one(pool).await?,
                Self::Sqlite(pool) => sqlx::query_scalar(&count).fetch_one(pool).await?,
            };
            rows = Some(rows.unwrap_or(0) + found);
        }
        Ok(rows)
    }

    /// Where there is a table of this name, as a statement names it.
    async fn places(&self, table: &str) -> sqlx::Result<Vec<String>> {
        match self {
            Self::Mysql(pool) => {
                let query = "SELECT CAST(table_schema AS CHAR) FROM information_schema.tables \
                             WHERE table_name = ?";
                let schemas = sqlx::query_scalar(query).bind(table).fetch_all(pool);
                let schemas: Vec<String> = schemas.await?;
                let place = |schema: String| format!("`{}`.{table}", schema.replace('`', "``"));
                Ok(schemas.into_iter().map(place).collect())
            }
            Self::Sqlite(pool) => {
                let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?";
                sqlx::query_scalar(query).bind(table).fetch_all(pool).await
            }
        }
    }
}

async fn mysql(credentials: &Credentials) -> sqlx::Result<MySqlPool> {
    let options = MySqlConnectOptions::new()
        .host(&credentials.host)
        .port(credentials.port.unwrap_or(3306))
        .username(&credentials.user)
        .password(credentials.password.expose_secret())
        .database(&credentials.database);
    let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS);
    pool.acquire_timeout(PATIENCE).connect_with(options).await
}

async fn sqlite(credentials: &Credentials) -> sqlx::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(&credentials.database)
        .create_if_missing(false)
        .busy_timeout(PATIENCE);
    let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS);
    pool.acquire_timeout(PATIENCE).connect_with(options).await
}

/// That a visitor makes a row in the table that is named after the copy's port, at both copies.
///
/// # Errors
/// When the database does not answer, which is no fault of a student.
pub(super) async fn judge(class: &Class, seat: usize) -> sqlx::Result<Verdict> {
    let database = class.database.as_ref().ok_or(sqlx::Error::PoolClosed)?;
    let student = &class.students[seat];
    for port in [student.sandbox, student.production] {
        let verdict = own_table(database, student, port).await?;
        if verdict.is_err() {
            return Ok(verdict);
        }
    }
    Ok(Ok(()))
}

async fn own_table(database: &Database, student: &Student, port: Port) -> sqlx::Result<Verdict> {
    let table = Names::of(port).session_table();
    let address = student.address(port);
    let before = database.rows(&table).await?;
    if let Err(fault) = new_visitor(student, port).await {
        return Ok(Err(fault.of(&address)));
    }
    let after = database.rows(&table).await?;
    let counted = |rows: Option<i64>| match rows {
        Some(rows) => format!("{rows} rows"),
        None => "no such table".into(),
    };
    Ok(match after > before && after > Some(0) {
        true => Ok(()),
        false => {
            let asked = format!("the table {table} before and after a new visitor's first page");
            let came = format!("{}, and then {}", counted(before), counted(after));
            Err(Fault::new(asked, came, "one row more").of(&address))
        }
    })
}

async fn new_visitor(student: &Student, port: Port) -> Verdict {
    let browser = probe(student, port)?.browser();
    browser.get("/").await.map(drop)
}
