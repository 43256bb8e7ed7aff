//! A private Redis Cluster: three masters, a replica of each, all on loopback.

use super::{eventually, free_port, keeper::Keeper};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use sweatbox::config::Credentials;
use tokio::sync::OnceCell;

const PASSWORD: &str = "a-password-that-is-in-no-log";
const NODES: usize = 6;
/// After so much silence of a master its replica takes over.
const NODE_TIMEOUT: Duration = Duration::from_millis(1500);

/// A running cluster.
pub struct RedisCluster {
    nodes: Vec<Node>,
}

struct Node {
    folder: PathBuf,
    port: u16,
    bus: u16,
    keeper: Option<Keeper>,
}

/// The cluster that all tests of this process share. It has one name space: tests need ports of
/// their own.
pub async fn shared_redis_cluster() -> &'static RedisCluster {
    static SHARED: OnceCell<RedisCluster> = OnceCell::const_new();
    SHARED.get_or_init(RedisCluster::start).await
}

impl RedisCluster {
    /// Starts six servers, joins them, and waits until they serve every key.
    pub async fn start() -> Self {
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            nodes.push(Node::start().await);
        }
        let cluster = Self { nodes };
        let addresses = cluster.nodes.iter().map(Node::address);
        let mut create = vec!["--cluster".to_owned(), "create".to_owned()];
        create.extend(addresses);
        create.extend(["--cluster-replicas", "1", "--cluster-yes"].map(String::from));
        let answer = cluster.nodes[0].ask(&create);
        assert!(answer.contains("All 16384 slots covered"), "{answer}");
        let settled = Duration::from_secs(60);
        eventually("the cluster is ready", settled, async || cluster.is_ready()).await;
        cluster
    }

    /// Whether all nodes know that all is well, and every master has its replica, which has all
    /// that it is to have. One that still writes down its first copy confirms a change too late.
    fn is_ready(&self) -> bool {
        self.nodes.iter().all(|node| {
            let state = node.ask(&["CLUSTER".into(), "INFO".into()]);
            let role = node.ask(&["INFO".into(), "replication".into()]);
            let disk = node.ask(&["INFO".into(), "persistence".into()]);
            let copying = disk.contains("_in_progress:1") || disk.contains("_scheduled:1");
            state.contains("cluster_state:ok") && is_in_step(&role) && !copying
        })
    }

    /// From now on a master whose replica has been silent for two seconds refuses changes.
    pub fn refuse_changes_without_a_replica(&self) {
        let set = "CONFIG SET min-replicas-to-write 1 min-replicas-max-lag 2";
        let set: Vec<_> = set.split(' ').map(String::from).collect();
        for node in &self.nodes {
            let answer = node.ask(&set);
            assert_eq!(answer.trim(), "OK");
        }
    }

    /// Kills all of it, as a power cut would.
    pub fn stop(&mut self) {
        for node in &mut self.nodes {
            node.stop();
        }
    }

    /// Starts all servers again.
    pub async fn start_again(&mut self) {
        for node in &mut self.nodes {
            node.start_again().await;
        }
        let settled = Duration::from_secs(60);
        eventually("the cluster is ready", settled, async || self.is_ready()).await;
    }

    /// One of the processes.
    pub fn process(&self) -> &Keeper {
        self.nodes[0].keeper.as_ref().unwrap()
    }

    /// Kills the master where `key` lies; its number.
    pub fn kill_master_of(&mut self, key: &str) -> usize {
        let slot = self.nodes[0].ask(&["CLUSTER".into(), "KEYSLOT".into(), key.into()]);
        let slot: u16 = slot.trim().parse().unwrap();
        let slots = self.nodes[0].ask(&["CLUSTER".into(), "NODES".into()]);
        let serves = |range: &str| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let bound = |bound: &str| bound.parse::<u16>().ok();
            bound(first) <= Some(slot) && Some(slot) <= bound(last)
        };
        let master = slots
            .lines()
            .find(|line| line.split(' ').skip(8).any(serves));
        let address = master.unwrap().split(' ').nth(1).unwrap();
        let address = address.split('@').next().unwrap();
        let number = self.nodes.iter().position(|node| node.address() == address);
        let number = number.unwrap();
        self.nodes[number].stop();
        number
    }

    /// Starts a killed server again; it becomes a replica of its successor.
    pub async fn start_one_again(&mut self, number: usize) {
        self.nodes[number].start_again().await;
    }

    /// The text of a credentials file.
    pub fn credentials_json(&self) -> String {
        // Two of six are enough to find all.
        let nodes: Vec<_> = self
            .nodes
            .iter()
            .skip(1)
            .take(2)
            .map(Node::address)
            .collect();
        json!({"driver": "redis", "password": PASSWORD, "nodes": nodes}).to_string()
    }

    /// The same, as the program reads it.
    pub fn credentials(&self) -> Credentials {
        Credentials::parse(&self.credentials_json(), Path::new("secrets.json")).unwrap()
    }
}

/// Whether a replica has its master, or a master a replica that has everything.
fn is_in_step(role: &str) -> bool {
    let after = |name: &str| {
        let (_, rest) = role.split_once(name)?;
        rest.split([',', '\r', '\n']).next()
    };
    match after("state=online,offset=") {
        Some(confirmed) => after("master_repl_offset:") == Some(confirmed),
        None => role.contains("master_link_status:up"),
    }
}

impl Node {
    async fn start() -> Self {
        let mut node = Self {
            folder: tempfile::tempdir().unwrap().keep(),
            port: free_port(),
            bus: free_port(),
            keeper: None,
        };
        node.start_again().await;
        node
    }

    async fn start_again(&mut self) {
        let folder = self.folder.display().to_string();
        // What a process has written outlives it, whether the disk has it or not.
        let command = format!(
            "redis-server --bind 127.0.0.1 --port {} --cluster-port {} --cluster-enabled yes \
             --cluster-config-file nodes --cluster-node-timeout {} --dir {folder} \
             --requirepass {PASSWORD} --masterauth {PASSWORD} --save  --appendonly yes \
             --appendfsync no \
             --repl-diskless-sync-delay 0",
            self.port,
            self.bus,
            NODE_TIMEOUT.as_millis(),
        );
        let command: Vec<String> = command.split(' ').map(String::from).collect();
        self.keeper = Some(Keeper::start(&self.folder, &command).await);
        eventually("Redis answers", Duration::from_secs(60), async || {
            self.ask(&["PING".into()]).contains("PONG")
        })
        .await;
    }

    fn stop(&mut self) {
        self.keeper.take().unwrap().stop();
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn ask(&self, arguments: &[String]) -> String {
        let output = Command::new("redis-cli")
            .env("REDISCLI_AUTH", PASSWORD)
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .output()
            .expect("redis-cli comes with redis-server");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
