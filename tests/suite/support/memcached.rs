//! A private Memcached server: its own port, nothing on disk, gone with the test.

use super::{eventually, free_port, keeper::Keeper};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use sweatbox::config::Credentials;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::OnceCell,
    time::timeout,
};

/// A running server. It has one name space: tests that share it need ports of their own.
pub struct Memcached {
    /// For the keeper; the server itself writes nothing.
    folder: PathBuf,
    port: u16,
    keeper: Option<Keeper>,
}

/// The server that all tests of this process share.
pub async fn shared_memcached() -> &'static Memcached {
    static SHARED: OnceCell<Memcached> = OnceCell::const_new();
    SHARED.get_or_init(Memcached::start).await
}

impl Memcached {
    /// Starts a server and waits until it answers.
    pub async fn start() -> Self {
        let mut server = Self {
            folder: tempfile::tempdir().unwrap().keep(),
            port: free_port(),
            keeper: None,
        };
        server.start_again().await;
        server
    }

    /// Starts it again after `stop`, on the same port, and empty.
    pub async fn start_again(&mut self) {
        // Root has to name the account to run under; for others `-u` changes nothing.
        let command = format!("memcached -u root -l 127.0.0.1 -p {} -U 0 -m 64", self.port);
        let command: Vec<String> = command.split(' ').map(String::from).collect();
        self.keeper = Some(Keeper::start(&self.folder, &command).await);
        eventually("Memcached answers", Duration::from_secs(60), async || {
            self.answers().await
        })
        .await;
    }

    async fn answers(&self) -> bool {
        let ask = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(b"version\r\nquit\r\n").await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = timeout(Duration::from_secs(1), ask).await;
        answer.is_ok_and(|answer| answer.is_ok_and(|answer| answer.starts_with("VERSION ")))
    }

    /// Kills it, as a power cut would; all that it held is gone.
    pub fn stop(&mut self) {
        self.keeper.take().unwrap().stop();
    }

    /// The process, to freeze and to thaw.
    pub fn process(&self) -> &Keeper {
        self.keeper.as_ref().unwrap()
    }

    /// The text of a credentials file.
    pub fn credentials_json(&self) -> String {
        json!({"driver": "memcached", "host": "127.0.0.1", "port": self.port}).to_string()
    }

    /// The same, as the program reads it.
    pub fn credentials(&self) -> Credentials {
        let text = self.credentials_json();
        Credentials::parse(&text, Path::new("secrets.json")).unwrap()
    }
}
