//! A private server that speaks MongoDB's protocol: its own folder, its own port, gone with the
//! test.
//!
//! MongoDB itself is not in Debian. SecantusDB stores with WiredTiger, as MongoDB does; so it,
//! too, forgets when it is killed what no write concern has sent to the disk.

use super::{eventually, free_port, keeper::Keeper};
use serde_json::json;
use std::{
    env,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use sweatbox::config::Credentials;
use tokio::{net::TcpStream, sync::OnceCell};

/// Where `scripts/install-secantus` puts it.
const PROGRAM: &str = "target/tools/secantus/bin/secantusd-py";

/// A running server.
pub struct Mongodb {
    folder: PathBuf,
    port: u16,
    keeper: Option<Keeper>,
    next_database: AtomicU32,
}

/// The server that all tests of this process share; each has databases of its own.
pub async fn shared_mongodb() -> &'static Mongodb {
    static SHARED: OnceCell<Mongodb> = OnceCell::const_new();
    SHARED.get_or_init(Mongodb::start).await
}

impl Mongodb {
    /// Starts a server and waits until it listens.
    pub async fn start() -> Self {
        let mut server = Self {
            folder: tempfile::tempdir().unwrap().keep(),
            port: free_port(),
            keeper: None,
            next_database: AtomicU32::new(0),
        };
        server.start_again().await;
        server
    }

    /// Starts it again after `stop`, on the same port, with all that it had written.
    pub async fn start_again(&mut self) {
        // Its storage must not be open twice: that `stop` waits for the old process is its lock.
        let folder = self.folder.join("data").display().to_string();
        let command = [
            program().display().to_string(),
            "--host=127.0.0.1".into(),
            format!("--port={}", self.port),
            format!("--storage-path={folder}"),
            // Else it passes for a replica set, and the driver for a friend of its members.
            "--standalone".into(),
            "--cache-size=64M".into(),
        ];
        self.keeper = Some(Keeper::start(&self.folder, &command).await);
        eventually("SecantusDB listens", Duration::from_secs(60), async || {
            TcpStream::connect(("127.0.0.1", self.port)).await.is_ok()
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

    /// The name of an empty database, which the first insertion makes.
    pub async fn new_database(&self) -> String {
        let number = self.next_database.fetch_add(1, Ordering::Relaxed);
        format!("test_{number}")
    }

    /// The text of a credentials file for `database`.
    pub fn credentials_json(&self, database: &str) -> String {
        json!({
            "driver": "mongodb", "host": "127.0.0.1", "port": self.port, "database": database,
        })
        .to_string()
    }

    /// The same, as the program reads it.
    pub fn credentials(&self, database: &str) -> Credentials {
        let text = self.credentials_json(database);
        Credentials::parse(&text, Path::new("secrets.json")).unwrap()
    }
}

/// The server's program: what `SECANTUSD` names, or the one that scripts/test installs.
fn program() -> PathBuf {
    let installed = || Path::new(env!("CARGO_MANIFEST_DIR")).join(PROGRAM);
    let program = env::var_os("SECANTUSD").map_or_else(installed, PathBuf::from);
    let there = program.exists();
    assert!(there, "{}: run scripts/install-secantus", program.display());
    program
}
