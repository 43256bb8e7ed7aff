//! One copy as three replicas behind HAProxy: whoever dies, nothing that was answered is lost.
//!
//! Small here; `scripts/scaling` runs the same with 200 sessions and shows the figures.

mod class;
mod cost;

use crate::support::{
    Copy, Folder, HaProxy, MariaDb, REPLICAS, Visitor, free_port, shared_mariadb,
};
#[cfg(feature = "redis")]
use crate::support::{RedisCluster, eventually};
use class::Class;
use std::{fs, sync::Arc, time::Duration};

/// How long visitors may notice that a replica is gone: HAProxy takes 3 s to find out, and on
/// Redis its locks outlive it by 5 s.
const REPLICA_GONE: Duration = Duration::from_secs(10);
/// How long visitors whose sessions were on a master of Redis may notice that it is gone: as in
/// `failover.rs`.
#[cfg(feature = "redis")]
const MASTER_GONE: Duration = Duration::from_secs(20);

/// The replicas of one copy, and the balancer in front of them.
struct Replicas {
    folders: Vec<Folder>,
    copies: Vec<Copy>,
    balancer: Arc<HaProxy>,
    port: u16,
}

impl Replicas {
    /// Three of them: one install key, one certificate, one store.
    async fn start(credentials: &str) -> Self {
        let first = Folder::new();
        let others = [(); 2].map(|()| Folder::second(&first));
        first.write_home(".mysqlSecrets.json", credentials, 0o600);
        let folders: Vec<_> = [first].into_iter().chain(others).collect();
        let port = free_port();
        let mut copies = vec![serve(&folders[0], 0, port).await];
        // It has made the certificate; the others get the same.
        hand_out_certificate(&folders);
        for (number, folder) in folders.iter().enumerate().skip(1) {
            copies.push(serve(folder, number, port).await);
        }
        let balancer = Arc::new(HaProxy::start(port).await);
        Self {
            folders,
            copies,
            balancer,
            port,
        }
    }

    async fn serve(&self, number: usize) -> Copy {
        serve(&self.folders[number], number, self.port).await
    }

    fn visitor(&self) -> Visitor {
        self.balancer.visitor()
    }

    /// A replica dies without a word, and is started again some time later.
    async fn kill_and_start_again(&mut self, number: usize, class: &Class) {
        self.copies[number].process.kill().unwrap();
        self.balancer.notices(number, false).await;
        class.go_on(rounds()).await;
        self.copies[number] = self.serve(number).await;
        self.balancer.notices(number, true).await;
    }

    /// As docs/SCALING.md says: no new visitors, the signal, a new process, new visitors.
    async fn restart(&mut self, number: usize) {
        self.balancer.set(number, "drain").await;
        let copy = self.copies.remove(number);
        assert_eq!(copy.stop().await, Some(0));
        let copy = self.serve(number).await;
        self.copies.insert(number, copy);
        self.balancer.set(number, "ready").await;
        self.balancer.notices(number, true).await;
    }
}

async fn serve(folder: &Folder, number: usize, port: u16) -> Copy {
    let (address, _) = REPLICAS[number];
    let flags = ["--replicas", "--bind", address, "--max-wait", "0"];
    folder.serve_at(address, port, &flags).await
}

fn hand_out_certificate(folders: &[Folder]) {
    for name in ["certs/selfsigned.crt", "certs/selfsigned.key"] {
        let text = fs::read_to_string(folders[0].path(name)).unwrap();
        for folder in &folders[1..] {
            folder.write(name, &text, 0o600);
        }
    }
}

#[tokio::test]
#[ignore = "needs HAProxy and MariaDB: scripts/test"]
async fn on_mariadb_no_answered_change_is_lost_while_replicas_die_and_restart() {
    let server = shared_mariadb().await;
    let credentials = server.credentials_json(&server.new_database().await);
    let mut replicas = Replicas::start(&credentials).await;
    let class = lose_replicas(&mut replicas).await;
    class.end().await;
}

#[cfg(feature = "redis")]
#[tokio::test]
#[ignore = "needs HAProxy and Redis: scripts/test"]
async fn on_a_redis_cluster_none_is_lost_while_a_master_fails_over_as_well() {
    let mut cluster = RedisCluster::start().await;
    cluster.refuse_changes_without_a_replica();
    let mut replicas = Replicas::start(&cluster.credentials_json()).await;
    let mut class = lose_replicas(&mut replicas).await;
    let browser = class.browser();
    let key = format!("x{{{}}}", id_in_cookie(&browser));
    class.note("a master of Redis is killed", MASTER_GONE);
    let killed = cluster.kill_master_of(&key);
    // Nothing but its successor can answer for its sessions.
    eventually("its replica takes over", MASTER_GONE, async || {
        let path = "/?haveEnough=0";
        let answer = browser.try_request(reqwest::Method::GET, path, &[]);
        answer.await.is_ok_and(|answer| answer.status == 200)
    })
    .await;
    // Until the dead one is back as a replica, its successor refuses changes.
    cluster.start_one_again(killed).await;
    class.go_on(rounds()).await;
    class.end().await;
}

#[tokio::test]
#[ignore = "needs HAProxy and MariaDB: scripts/test"]
async fn while_the_store_is_away_visitors_still_reach_the_page_that_says_so() {
    let mut server = MariaDb::start().await;
    let credentials = server.credentials_json(&server.new_database().await);
    let replicas = Replicas::start(&credentials).await;
    let visitor = replicas.visitor();
    visitor.refresh().await.expect(200);
    server.stop();
    for number in 0..REPLICAS.len() {
        replicas.balancer.notices(number, false).await;
    }
    let newcomer = replicas.visitor();
    let answer = newcomer.get("/").await.expect(503);
    let reason = "The session store (mysql) does not answer.";
    assert!(answer.text.contains(reason), "{}", answer.text);
    newcomer.get("/assets/sweatbox.css").await.expect(200);

    server.start_again().await;
    for number in 0..REPLICAS.len() {
        replicas.balancer.notices(number, true).await;
    }
    assert_eq!(visitor.refresh().await.expect(200).seconds(), 1);
}

/// A class at work loses one replica, and then another one for a while.
async fn lose_replicas(replicas: &mut Replicas) -> Class {
    let sessions = setting("SWEATBOX_SCALING_SESSIONS", 40);
    let mut class = Class::begin(&replicas.balancer, sessions).await;
    class.go_on(rounds()).await;
    for number in 0..REPLICAS.len() {
        assert!(
            replicas.balancer.given(number).await > 0,
            "{number} was never used"
        );
    }
    class.note("a replica is killed", REPLICA_GONE);
    replicas.kill_and_start_again(0, &class).await;
    class.note("another one is restarted", REPLICA_GONE);
    replicas.restart(1).await;
    class.go_on(rounds()).await;
    class
}

/// How often each session is changed between two events.
fn rounds() -> u64 {
    setting("SWEATBOX_SCALING_ROUNDS", 2).into()
}

fn setting(name: &str, otherwise: u32) -> u32 {
    let value = std::env::var(name);
    value.map_or(otherwise, |value| value.parse().unwrap())
}

/// Behind the signature, 44 characters, stands the id.
#[cfg(feature = "redis")]
fn id_in_cookie(browser: &Visitor) -> String {
    let cookies = browser.cookies();
    let (_, value) = cookies[0].split_once('=').unwrap();
    value[44..66].to_owned()
}
