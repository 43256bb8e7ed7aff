//! A private PostgreSQL server: its own folder, its own port, gone with the test.

use super::{
    eventually, free_port,
    keeper::{Keeper, is_root},
};
use serde_json::json;
use sqlx::{
    Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use sweatbox::config::Credentials;
use tokio::sync::OnceCell;

const PASSWORD: &str = "a-password-that-is-in-no-log";

/// A running server.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    keeper: Option<Keeper>,
}

/// The server that all tests of this process share; each makes databases of its own.
pub async fn shared_postgres() -> &'static Postgres {
    static SHARED: OnceCell<Postgres> = OnceCell::const_new();
    SHARED.get_or_init(Postgres::start).await
}

impl Postgres {
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
        let data = self.folder.join("data").display().to_string();
        let mut command = as_postgres(&program("postgres"));
        command.extend([
            format!("-D{data}"),
            format!("-p{}", self.port),
            format!("-k{data}"),
            "-clisten_addresses=127.0.0.1".into(),
            "-cmax_connections=200".into(),
        ]);
        self.keeper = Some(Keeper::start(&self.folder, &command).await);
        eventually("PostgreSQL answers", Duration::from_secs(60), async || {
            PgConnection::connect_with(&self.options()).await.is_ok()
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
        let mut connection = PgConnection::connect_with(&self.options()).await.unwrap();
        connection
            .execute(format!("CREATE DATABASE {name}").as_str())
            .await
            .unwrap();
        name
    }

    /// A connection to `database` as the account that may do everything.
    pub async fn connection(&self, database: &str) -> PgConnection {
        let options = self.options().database(database);
        PgConnection::connect_with(&options).await.unwrap()
    }

    /// Makes an account that may connect and nothing else; its name.
    pub async fn new_modest_account(&self) -> String {
        let mut connection = self.connection("postgres").await;
        let make = format!("CREATE ROLE modest LOGIN PASSWORD '{PASSWORD}'");
        connection.execute(make.as_str()).await.unwrap();
        "modest".into()
    }

    fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username("sweat")
            .password(PASSWORD)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    /// The text of a credentials file for `database`.
    pub fn credentials_json(&self, database: &str) -> String {
        json!({
            "driver": "postgres", "host": "127.0.0.1", "port": self.port, "user": "sweat",
            "password": PASSWORD, "database": database,
        })
        .to_string()
    }

    /// The same, as the program reads it.
    pub fn credentials(&self, database: &str) -> Credentials {
        let text = self.credentials_json(database);
        Credentials::parse(&text, Path::new("secrets.json")).unwrap()
    }

    /// The same for another account.
    pub fn credentials_of(&self, user: &str, database: &str) -> Credentials {
        let mut credentials = self.credentials(database);
        credentials.user = user.into();
        credentials
    }
}

/// Debian keeps its programs in a folder for each version.
fn program(name: &str) -> String {
    let versions = fs::read_dir("/usr/lib/postgresql");
    let versions = versions.expect("postgresql is installed by scripts/test");
    let mut found: Vec<_> = versions
        .map(|version| version.unwrap().path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap().display().to_string()
}

/// The server refuses to run as root.
fn as_postgres(program: &str) -> Vec<String> {
    let mut command: Vec<String> = Vec::new();
    if is_root() {
        let flags = [
            "setpriv",
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
        ];
        command.extend(flags.map(String::from));
    }
    command.push(program.into());
    command
}

fn install(folder: &Path) {
    let (data, secret) = (folder.join("data"), folder.join("secret"));
    fs::create_dir(&data).unwrap();
    fs::write(&secret, PASSWORD).unwrap();
    for (path, mode) in [(folder, 0o755), (&data, 0o700), (&secret, 0o644)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    if is_root() {
        let owned = Command::new("chown").arg("postgres").arg(&data).status();
        assert!(owned.unwrap().success());
    }
    let command = as_postgres(&program("initdb"));
    let made = Command::new(&command[0])
        .args(&command[1..])
        .args([
            "-U",
            "sweat",
            "--auth=scram-sha-256",
            "--locale=C.UTF-8",
            "--no-sync",
        ])
        .arg(format!("--pgdata={}", data.display()))
        .arg(format!("--pwfile={}", secret.display()))
        .stdout(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}
