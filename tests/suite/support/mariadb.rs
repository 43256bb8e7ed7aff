//! A private MariaDB server: its own folder, its own port, gone with the test.

use super::{
    eventually, free_port,
    keeper::{Keeper, is_root},
};
use serde_json::json;
use sqlx::{
    Connection, Executor,
    mysql::{MySqlConnectOptions, MySqlConnection},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use sweatbox::config::Credentials;
use tokio::sync::OnceCell;

const PASSWORD: &str = "a-password-that-is-in-no-log";

/// A running server.
pub struct MariaDb {
    folder: PathBuf,
    port: u16,
    keeper: Option<Keeper>,
}

/// The server that all tests of this process share; each makes databases of its own.
pub async fn shared_mariadb() -> &'static MariaDb {
    static SHARED: OnceCell<MariaDb> = OnceCell::const_new();
    SHARED.get_or_init(MariaDb::start).await
}

impl MariaDb {
    /// Starts a server and waits until it answers.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        install(&folder);
        let mut server = Self {
            folder,
            port: free_port(),
            keeper: None,
        };
        server.start_again().await;
        server
    }

    /// Starts it again after `stop`, on the same port.
    pub async fn start_again(&mut self) {
        let at = |name: &str| self.folder.join(name).display().to_string();
        let mut command = vec![
            "mariadbd".into(),
            "--no-defaults".into(),
            format!("--datadir={}", at("data")),
            format!("--socket={}", at("socket")),
            format!("--pid-file={}", at("mariadb.pid")),
            format!("--log-error={}", at("log")),
            format!("--tmpdir={}", self.folder.display()),
            format!("--init-file={}", at("init.sql")),
            format!("--port={}", self.port),
            "--bind-address=127.0.0.1".into(),
            "--innodb-buffer-pool-size=32M".into(),
            "--max-connections=500".into(),
        ];
        command.extend(user_flag().map(String::from));
        self.keeper = Some(Keeper::start(&self.folder, &command).await);
        eventually("MariaDB answers", Duration::from_secs(60), async || {
            MySqlConnection::connect_with(&self.options()).await.is_ok()
        })
        .await;
    }

    /// Kills it, as a power cut would.
    pub fn stop(&mut self) {
        self.keeper.take().unwrap().stop();
    }

    /// The process, to freeze and to thaw.
    pub fn process(&self) -> &Keeper {
        self.keeper.as_ref().unwrap()
    }

    /// Makes an empty database and returns its name.
    pub async fn new_database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name}")).await;
        name
    }

    /// Runs a statement as the account that may do everything.
    pub async fn execute(&self, statement: &str) {
        self.connection().await.execute(statement).await.unwrap();
    }

    /// A connection as that account.
    pub async fn connection(&self) -> MySqlConnection {
        MySqlConnection::connect_with(&self.options())
            .await
            .unwrap()
    }

    /// A connection as another account, if the server has one left.
    pub async fn try_connection_as(&self, user: &str) -> sqlx::Result<MySqlConnection> {
        MySqlConnection::connect_with(&self.options().username(user)).await
    }

    fn options(&self) -> MySqlConnectOptions {
        MySqlConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username("sweat")
            .password(PASSWORD)
    }

    /// The text of a credentials file for `database`.
    pub fn credentials_json(&self, database: &str) -> String {
        self.credentials_json_of("sweat", database)
    }

    /// The same for another account with the same password.
    pub fn credentials_json_of(&self, user: &str, database: &str) -> String {
        json!({
            "host": "127.0.0.1", "port": self.port, "user": user, "password": PASSWORD,
            "database": database, "connectionLimit": 5,
        })
        .to_string()
    }

    /// The same, as the program reads it.
    pub fn credentials(&self, database: &str) -> Credentials {
        self.credentials_of("sweat", database)
    }

    /// The same for another account.
    pub fn credentials_of(&self, user: &str, database: &str) -> Credentials {
        let text = self.credentials_json_of(user, database);
        Credentials::parse(&text, Path::new("secrets.json")).unwrap()
    }
}

fn install(folder: &Path) {
    let mut accounts = String::new();
    for host in ["localhost", "127.0.0.1"] {
        accounts +=
            &format!("CREATE USER IF NOT EXISTS sweat@'{host}' IDENTIFIED BY '{PASSWORD}';\n");
        accounts += &format!("GRANT ALL ON *.* TO sweat@'{host}' WITH GRANT OPTION;\n");
        accounts +=
            &format!("CREATE USER IF NOT EXISTS modest@'{host}' IDENTIFIED BY '{PASSWORD}';\n");
    }
    fs::write(folder.join("init.sql"), accounts).unwrap();
    let made = Command::new("mariadb-install-db")
        .arg("--no-defaults")
        .arg(format!("--datadir={}", folder.join("data").display()))
        // In a common one, installations at the same time remove each other's tables.
        .arg(format!("--tmpdir={}", folder.display()))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db"])
        .args(user_flag())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let made = made.expect("mariadb-install-db is installed by scripts/test");
    assert!(made.success());
}

/// MariaDB does not run as root unless it is told to.
fn user_flag() -> Option<&'static str> {
    is_root().then_some("--user=root")
}
