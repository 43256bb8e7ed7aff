//! A master of a Redis Cluster dies under load, and its replica takes over.

use crate::support::{Server, ServerKind, TestApp, Visitor, eventually};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long visitors of that master's keys may be refused: the cluster waits 1.5 s before it
/// believes that a master is dead, then its replicas vote, then the dead one comes back (after
/// 4 s), without which there is no replica to wait for; and machines are slow.
const WINDOW: Duration = Duration::from_secs(20);

/// Answered changes and those that are there; the longest time without an answer.
struct Outcome {
    answered: u64,
    there: u64,
    window: Duration,
}

/// Adds under load while the session's master is killed, with so many replicas waited for.
async fn fail_over(wait: u32) -> Outcome {
    let server = Server::start(ServerKind::RedisCluster).await;
    let (mut credentials, _) = server.new_database().await;
    credentials.wait = wait;
    let app = TestApp::on(server.setup(credentials)).await;
    let Server::RedisCluster(mut cluster) = server else {
        panic!("a cluster was started");
    };
    let visitor = app.visitor();
    eventually("replicas are at hand", WINDOW, async || {
        visitor.get("/t/set/a/1").await.status == 200
    })
    .await;
    let cookie = visitor.cookie(app.cookie_name()).unwrap();
    let key = format!("x{{{}}}", &cookie[44..66]);

    let end = Instant::now() + WINDOW;
    let mut load = JoinSet::new();
    for _ in 0..8 {
        load.spawn(add_until(visitor.another_tab(), end));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let killed = cluster.kill_master_of(&key);
    tokio::time::sleep(Duration::from_secs(4)).await;
    // Its successor has no replica of its own until it comes back.
    cluster.start_one_again(killed).await;
    let results = load.join_all().await;
    let there = visitor.get("/t/get/n").await.expect(200).text;
    Outcome {
        answered: results.iter().map(|(answered, _)| answered).sum(),
        there: there.parse().unwrap(),
        window: results.iter().map(|(_, window)| *window).max().unwrap(),
    }
}

/// Adds until five seconds after it was served again, at most until `end`.
async fn add_until(tab: Visitor, end: Instant) -> (u64, Duration) {
    let (mut answered, mut window) = (0, Duration::ZERO);
    let mut served = Instant::now();
    let mut stop = end;
    while Instant::now() < stop {
        if tab.get("/t/add/n").await.status == 200 {
            answered += 1;
            if served.elapsed() > window {
                window = served.elapsed();
            }
            if window > Duration::from_millis(500) && stop == end {
                stop = Instant::now() + Duration::from_secs(3);
            }
            served = Instant::now();
        }
    }
    (answered, window)
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_failover_loses_no_answered_change_when_a_replica_is_waited_for() {
    let outcome = fail_over(1).await;
    let Outcome {
        answered,
        there,
        window,
    } = outcome;
    println!("{answered} answered, {there} there, refused for {window:?} at most");
    assert!(answered > 0);
    assert!(there >= answered, "{answered} answered, {there} there");
    assert!(
        window > Duration::from_millis(500),
        "the master was not missed"
    );
    assert!(window < WINDOW, "not served again");
}
