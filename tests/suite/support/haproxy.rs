//! HAProxy with the very configuration that is handed out, in front of replicas on loopback.

use super::{Visitor, eventually, keeper::Keeper};
use std::{fs, path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/haproxy.cfg");
/// Where visitors come in.
const ENTRANCE: &str = "127.0.0.4";
/// Where the replicas are, and what the configuration calls them.
pub const REPLICAS: [(&str, &str); 3] = [
    ("127.0.0.1", "one"),
    ("127.0.0.2", "two"),
    ("127.0.0.3", "three"),
];
/// The configuration promises a few seconds; machines are slow.
const NOTICED: Duration = Duration::from_secs(30);
/// Columns of `show stat`: the connections that a replica was given, and what is thought of it.
const GIVEN: usize = 7;
const STATUS: usize = 17;

/// A running balancer.
pub struct HaProxy {
    port: u16,
    folder: PathBuf,
    _keeper: Keeper,
}

impl HaProxy {
    /// Leads visitors to the replicas, which serve the same `port`.
    pub async fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let (house, socket) = (folder.join("house.cfg"), folder.join("admin"));
        // What Debian's own file brings along.
        let global = format!(
            "global\n  log stdout format raw local0\n  stats socket {} level admin\n",
            socket.display()
        );
        fs::write(&house, global).unwrap();
        let mut command = vec![
            "env".to_owned(),
            format!("COPY_PORT={port}"),
            format!("ENTRANCE={ENTRANCE}"),
        ];
        let addresses = (1..).zip(REPLICAS);
        command.extend(addresses.map(|(i, (address, _))| format!("REPLICA_{i}={address}")));
        command.extend(["haproxy", "-db", "-f"].map(String::from));
        command.extend([
            house.display().to_string(),
            "-f".into(),
            CONFIGURATION.into(),
        ]);
        let balancer = Self {
            port,
            _keeper: Keeper::start(&folder, &command).await,
            folder,
        };
        eventually("HAProxy answers", Duration::from_secs(20), async || {
            balancer.ask("show info").await.is_ok()
        })
        .await;
        balancer
    }

    /// A new visitor, on a connection of his or her own.
    pub fn visitor(&self) -> Visitor {
        Visitor::at(ENTRANCE, self.port)
    }

    /// `ready` or `drain`: whether a replica is to get new visitors.
    pub async fn set(&self, replica: usize, state: &str) {
        let (_, name) = REPLICAS[replica];
        let command = format!("set server replicas/{name} state {state}");
        let answer = self.ask(&command).await.unwrap();
        assert!(answer.trim().is_empty(), "{answer}");
    }

    /// Waits until it has found out whether a replica is `healthy`.
    pub async fn notices(&self, replica: usize, healthy: bool) {
        let what = format!("HAProxy notices that replica {replica} is healthy: {healthy}");
        eventually(&what, NOTICED, async || {
            self.column(replica, STATUS).await.starts_with("UP") == healthy
        })
        .await;
    }

    /// How many connections a replica was given.
    pub async fn given(&self, replica: usize) -> u64 {
        self.column(replica, GIVEN).await.parse().unwrap()
    }

    async fn column(&self, replica: usize, column: usize) -> String {
        let table = self.ask("show stat").await.unwrap();
        let begin = format!("replicas,{},", REPLICAS[replica].1);
        let row = table.lines().find(|line| line.starts_with(&begin));
        let field = row.and_then(|row| row.split(',').nth(column));
        field.unwrap_or_else(|| panic!("{table}")).to_owned()
    }

    async fn ask(&self, command: &str) -> std::io::Result<String> {
        let mut socket = UnixStream::connect(self.folder.join("admin")).await?;
        socket.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}
