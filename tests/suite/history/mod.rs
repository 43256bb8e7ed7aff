//! `kill -9` under load: what was acknowledged is there, and nothing that nobody sent.
//!
//! Five times in the suite; `scripts/kill-nine` does it a hundred times on each store.

mod faults;
mod load;

use crate::support::{Folder, Visitor, shared_mariadb};
use faults::faults;
use load::{Book, Load};
use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};
use tokio::task::JoinSet;

/// How often to kill, unless the variable `KILLS` says otherwise.
const KILLS: u32 = 5;
/// How many sessions are written to at a time, each from two tabs.
const WRITERS: usize = 8;
const FLAGS: [&str; 2] = ["--bind", "127.0.0.1"];

#[tokio::test]
async fn on_sqlite_no_acknowledged_write_is_lost_to_kill_nine() {
    expect_nothing_lost(&Folder::new()).await;
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn on_mariadb_no_acknowledged_write_is_lost_to_kill_nine() {
    let server = shared_mariadb().await;
    let credentials = server.credentials_json(&server.new_database().await);
    let folder = Folder::new();
    folder.write_home(".mysqlSecrets.json", &credentials, 0o600);
    expect_nothing_lost(&folder).await;
}

async fn expect_nothing_lost(folder: &Folder) {
    let kills = std::env::var("KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let port = lasting_port();
    let load = Arc::new(Load::on(port));
    let mut all = Vec::new();
    let mut copy = folder.serve_at("localhost", port, &FLAGS).await;
    for kill in 0..kills {
        load.forget_answers();
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let load = load.clone();
            writers.spawn(async move { load.write_until_gone().await });
        }
        // Another moment each time, and always in the middle of something.
        load.wait_for_answers(40 + kill * 37 % 100).await;
        assert_eq!(copy.stop_by("-KILL").await, None);
        let books = writers.join_all().await.concat();
        copy = folder.serve_at("localhost", port, &FLAGS).await;
        expect_whole(port, &books).await;
        all.extend(books);
    }
    // Nor has a later kill taken away what an earlier one had left.
    let made = expect_whole(port, &all).await;
    let (sent, answered) = load.counts();
    assert!(
        answered >= kills * 40 && sent > answered,
        "{sent}, {answered}"
    );
    println!("{kills} kills: {sent} sent, {answered} acknowledged and there, {made} made in all");
}

/// Looks at every session and compares; how many numbers are there in all.
async fn expect_whole(port: u16, books: &[Book]) -> usize {
    let reader = Visitor::new(port);
    let mut made = 0;
    for book in books {
        reader.plant(&book.cookie.0, &book.cookie.1);
        let found = reader.look().await.expect(200).numbers();
        let faults = faults(&book.history, &found);
        assert!(faults.is_empty(), "{faults:?} in {found:?} of {book:?}");
        made += found.len();
    }
    made
}

/// A free port below those that the system gives to outgoing connections: one of them could take
/// it while the copy is away.
fn lasting_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
