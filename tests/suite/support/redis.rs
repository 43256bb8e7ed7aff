//! A private Redis server: its own folder, its own port, gone with the test.

use super::{eventually, free_port, keeper::Keeper};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use sweatbox::config::Credentials;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::OnceCell,
    time::timeout,
};

const PASSWORD: &str = "a-password-that-is-in-no-log";
/// Redis numbers its databases; a test takes one and never gives it back.
const DATABASES: u32 = 256;

/// A running server.
pub struct Redis {
    folder: PathBuf,
    port: u16,
    keeper: Option<Keeper>,
    next_database: AtomicU32,
}

/// A connection to tell a server something, as an administrator does.
pub struct Console(BufReader<TcpStream>);

/// The server that all tests of this process share; each has databases of its own.
pub async fn shared_redis() -> &'static Redis {
    static SHARED: OnceCell<Redis> = OnceCell::const_new();
    SHARED.get_or_init(Redis::start).await
}

impl Redis {
    /// Starts a server and waits until it answers.
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
        let folder = self.folder.display().to_string();
        let command = format!(
            "redis-server --bind 127.0.0.1 --port {} --dir {folder} --databases {DATABASES} \
             --requirepass {PASSWORD} --save  --appendonly yes --appendfsync always",
            self.port
        );
        let command: Vec<String> = command.split(' ').map(String::from).collect();
        self.keeper = Some(Keeper::start(&self.folder, &command).await);
        eventually("Redis answers", Duration::from_secs(60), async || {
            self.answers().await
        })
        .await;
    }

    async fn answers(&self) -> bool {
        let answer = timeout(Duration::from_secs(1), self.ask("PING")).await;
        answer.is_ok_and(|answer| answer.is_ok_and(|answer| answer.contains("+PONG")))
    }

    /// How many bytes it uses by its own account.
    pub async fn used_memory(&self) -> u64 {
        let answer = self.ask("INFO memory").await.unwrap();
        let mut lines = answer.lines();
        let bytes = lines.find_map(|line| line.strip_prefix("used_memory:"));
        bytes.unwrap().parse().unwrap()
    }

    async fn ask(&self, command: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let commands = format!("AUTH {PASSWORD}\r\n{command}\r\nQUIT\r\n");
        stream.write_all(commands.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// A connection for an administrator.
    pub async fn console(&self) -> Console {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await;
        let mut console = Console(BufReader::new(stream.unwrap()));
        console.tell(&format!("AUTH {PASSWORD}")).await;
        console
    }

    /// Becomes a replica of `master` that has all that it has.
    pub async fn follow(&self, master: &Self) {
        let mut theirs = master.console().await;
        theirs.tell("CONFIG SET repl-diskless-sync-delay 0").await;
        let mut ours = self.console().await;
        let password = format!("CONFIG SET masterauth {PASSWORD}");
        ours.tell(&password).await;
        let follow = format!("REPLICAOF 127.0.0.1 {}", master.port);
        ours.tell(&follow).await;
        let there = format!("port={},state=online", self.port);
        let synced = Duration::from_secs(60);
        eventually("the replica is there", synced, async || {
            // The master says so when it has sent all; the replica when it has read all.
            let theirs = theirs.ask("INFO replication").await;
            let ours = ours.ask("INFO replication").await;
            theirs.contains(&there) && ours.contains("master_link_status:up")
        })
        .await;
        // Its first confirmation may still take longer than a change has.
        theirs.tell("SET followed 1").await;
        eventually("the replica confirms", synced, async || {
            theirs.line_after("WAIT 1 200").await.trim() != ":0"
        })
        .await;
    }

    /// Becomes a master, with all that it has by now.
    pub async fn lead(&self) {
        self.console().await.tell("REPLICAOF NO ONE").await;
    }

    /// Kills it, as a power cut would.
    pub fn stop(&mut self) {
        self.keeper.take().unwrap().stop();
    }

    /// The process, to freeze and to thaw.
    pub fn process(&self) -> &Keeper {
        self.keeper.as_ref().unwrap()
    }

    /// The number of an empty database.
    pub fn new_database(&self) -> String {
        let number = self.next_database.fetch_add(1, Ordering::Relaxed);
        assert!(number < DATABASES, "more tests than databases");
        number.to_string()
    }

    /// The text of a credentials file for `database`.
    pub fn credentials_json(&self, database: &str) -> String {
        json!({
            "driver": "redis", "host": "127.0.0.1", "port": self.port, "password": PASSWORD,
            "database": database,
        })
        .to_string()
    }

    /// The same, as the program reads it.
    pub fn credentials(&self, database: &str) -> Credentials {
        let text = self.credentials_json(database);
        Credentials::parse(&text, Path::new("secrets.json")).unwrap()
    }
}

impl Console {
    /// Tells it something that it confirms in one line.
    pub async fn tell(&mut self, command: &str) {
        let confirmed = self.line_after(command).await;
        assert!(!confirmed.starts_with('-'), "{command}: {confirmed}");
    }

    /// Asks it something that it answers with a text.
    pub async fn ask(&mut self, command: &str) -> String {
        let length = self.line_after(command).await;
        let length: usize = length.trim_start_matches('$').trim().parse().unwrap();
        // With the line's end behind the text.
        let mut text = vec![0; length + 2];
        self.0.read_exact(&mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    async fn line_after(&mut self, command: &str) -> String {
        let command = format!("{command}\r\n");
        self.0.write_all(command.as_bytes()).await.unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line
    }
}
