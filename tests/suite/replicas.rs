//! Several processes serve one port from one store (S14).

use crate::support::{
    Copy, Folder, Server, TestApp, Visitor, eventually, free_port, on_every_server_with_locks,
};
use std::time::{Duration, Instant};
use sweatbox::{
    config::Tenancy,
    sessions::stores::{LOCK_LEASE, StoredSession},
};
use tower_sessions::session::Id;

on_every_server_with_locks! {
    fifty_one_increments_over_two_processes_all_count
    a_killed_holder_delays_the_others_by_its_lease_at_most
    a_logout_on_one_beats_a_slow_request_on_the_other
    a_second_process_is_refused_unless_both_are_replicas
    a_lock_is_held_by_one_at_a_time_and_free_afterwards
    whoever_leaves_while_waiting_leaves_no_lock_behind
}

/// Two processes of one student, on one port of two addresses.
struct Pair {
    _folders: [Folder; 2],
    copies: [Copy; 2],
}

impl Pair {
    async fn start(server: &Server) -> Self {
        let (_, credentials) = server.new_database().await;
        let first = Folder::new();
        let second = Folder::second(&first);
        first.write_home(".mysqlSecrets.json", &credentials, 0o600);
        let port = free_port();
        let [flags_1, flags_2] = ["127.0.0.1", "127.0.0.2"].map(replica_on);
        let copies = [
            first.serve_at("127.0.0.1", port, &flags_1).await,
            second.serve_at("127.0.0.2", port, &flags_2).await,
        ];
        Self {
            _folders: [first, second],
            copies,
        }
    }

    /// One browser, with a tab for each of the two.
    async fn visitors(&self) -> [Visitor; 2] {
        let [first, second] = [&self.copies[0], &self.copies[1]].map(Copy::visitor);
        assert_eq!(first.refresh().await.expect(200).seconds(), 0);
        for pair in first.cookies() {
            let (name, value) = pair.split_once('=').unwrap();
            second.plant(name, value);
        }
        [first, second]
    }
}

fn replica_on(address: &str) -> [&str; 5] {
    ["--replicas", "--bind", address, "--max-wait", "0"]
}

async fn fifty_one_increments_over_two_processes_all_count(server: Server) {
    let pair = Pair::start(&server).await;
    let visitors = pair.visitors().await;
    let mut requests = tokio::task::JoinSet::new();
    for i in 0..51 {
        let tab = visitors[i % 2].another_tab();
        requests.spawn(async move { tab.refresh().await });
    }
    while let Some(answer) = requests.join_next().await {
        answer.unwrap().expect(200);
    }
    for visitor in &visitors {
        let count = visitor.get("/?haveEnough=0").await.expect(200).seconds();
        assert_eq!(count, 51);
    }
}

async fn a_killed_holder_delays_the_others_by_its_lease_at_most(server: Server) {
    let mut pair = Pair::start(&server).await;
    let [doomed, other] = pair.visitors().await;
    let mut load = tokio::task::JoinSet::new();
    let mut held = false;
    // It holds the lock most of the time, but not always: it is stopped until it does.
    for _ in 0..100 {
        for _ in 0..10 {
            let tab = doomed.another_tab();
            load.spawn(async move { tab.try_request(reqwest::Method::GET, "/", &[]).await });
        }
        load.join_next().await;
        pair.copies[0].signal("-STOP");
        let waiting = tokio::time::timeout(Duration::from_millis(500), other.refresh()).await;
        held = waiting.is_err();
        if held {
            break;
        }
        pair.copies[0].signal("-CONT");
    }
    assert!(held, "the lock was never held");
    pair.copies[0].process.kill().unwrap();
    let killed = Instant::now();
    other.refresh().await.expect(200);
    let delay = killed.elapsed();
    // And a moment for the answer itself.
    assert!(delay < LOCK_LEASE + Duration::from_secs(2), "{delay:?}");
}

async fn a_logout_on_one_beats_a_slow_request_on_the_other(server: Server) {
    let [one, other] = TestApp::replicas(&server).await;
    let visitor = one.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let tab = other.visitor();
    let name = one.cookie_name();
    tab.plant(name, &visitor.cookie(name).unwrap());
    let slow = tokio::spawn(async move { tab.get("/t/add-slowly/n").await });
    other.gate.wait_for_arrival().await;
    visitor.get("/t/logout").await.expect(200);
    other.gate.let_one_pass();
    let slow = slow.await.unwrap().expect(200);
    assert_eq!(slow.text, "ended");
    assert!(slow.set_cookies().is_empty(), "{:?}", slow.set_cookies());
    assert_eq!(one.store().count().await.unwrap(), 0);
}

async fn a_second_process_is_refused_unless_both_are_replicas(server: Server) {
    let (_, credentials) = server.new_database().await;
    let first = Folder::new();
    let second = Folder::second(&first);
    first.write_home(".mysqlSecrets.json", &credentials, 0o600);
    let port = free_port();
    second.write(".port", &port.to_string(), 0o644);
    let alone = ["--bind", "127.0.0.1"];
    let replica = ["--bind", "127.0.0.1", "--replicas"];
    for (running, started) in [(&alone[..], false), (&alone, true), (&replica, false)] {
        let copy = first.serve_at("127.0.0.1", port, running).await;
        let mut arguments = vec!["--bind", "127.0.0.2"];
        arguments.extend(started.then_some("--replicas"));
        let refused = second.run_soon(&arguments).await;
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let text = String::from_utf8_lossy(&refused.stderr);
        let what = format!("another process serves the sessions of port {port}");
        assert!(text.contains(&what), "{text}");
        assert!(text.contains("start both with --replicas"), "{text}");
        // The one that runs is none the worse for it, and gives its claim back at the end.
        copy.visitor().refresh().await.expect(200);
        assert_eq!(copy.stop().await, Some(0));
    }
}

async fn a_lock_is_held_by_one_at_a_time_and_free_afterwards(server: Server) {
    let [one, other] = TestApp::replicas(&server).await.map(|app| app.store());
    let (id, second) = (Id::default(), Duration::from_secs(1));
    let expiry = time::OffsetDateTime::now_utc() + Duration::from_secs(3600);
    let session = StoredSession::new(b"{}".to_vec(), expiry);
    let version = session.version;
    assert!(one.create(&id, &session).await.unwrap());
    let locks = other.shared_locks().unwrap();
    let held = one.shared_locks().unwrap().lock(&id, second).await.unwrap();
    let held = held.expect("the lock is free");
    assert!(locks.lock(&id, second).await.unwrap().is_none());
    let elsewhere = locks.lock(&Id::default(), second).await.unwrap();
    assert!(elsewhere.is_some(), "another session's lock");

    assert!(held.save(&id, &session, version).await.unwrap());
    // An earlier change was made after all: the lock is held, and the version another one.
    let late = StoredSession::new(b"late".to_vec(), expiry);
    assert!(one.save(&id, &late, version).await.unwrap());
    assert!(!held.save(&id, &session, version).await.unwrap());
    assert_eq!(one.load(&id).await.unwrap().unwrap().data, b"late");
    held.release().await;
    let next = locks.lock(&id, second).await.unwrap().expect("it is free");
    // What was released proves nothing any more.
    assert!(held.save(&id, &session, late.version).await.is_err());
    one.delete(&id).await.unwrap();
    let saved = next.save(&id, &session, late.version).await.unwrap();
    assert!(!saved, "it is gone");
    next.release().await;
}

async fn whoever_leaves_while_waiting_leaves_no_lock_behind(server: Server) {
    let [one, other] = TestApp::replicas(&server).await;
    let visitor = one.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let name = one.cookie_name();
    let cookie = visitor.cookie(name).unwrap();
    let id: Id = cookie[44..66].parse().unwrap();
    let store = one.store();
    let locks = store.shared_locks().unwrap();
    let held = locks.lock(&id, Duration::from_secs(1)).await.unwrap();
    let held = held.expect("the lock is free");
    for _ in 0..5 {
        let tab = other.visitor();
        tab.plant(name, &cookie);
        let waiting = tab.get("/t/add/n");
        let left = tokio::time::timeout(Duration::from_millis(100), waiting).await;
        assert!(left.is_err(), "the lock was not waited for");
    }
    held.release().await;
    eventually("the lock is free", Duration::from_secs(12), async || {
        other.sessions.in_flight() == 0 && other.sessions.orphans() == 0
    })
    .await;
    let tab = other.visitor();
    tab.plant(name, &cookie);
    tab.get("/t/add/n").await.expect(200);
    assert!(store.claim(Tenancy::Replica).await.unwrap());
}
