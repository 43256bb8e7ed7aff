//! Redis, there and in trouble.

use super::{
    RECOVERY, browse, expect_changes_after, expect_no_changes, expect_once_at_most, expect_refused,
};
use crate::support::{Redis, TestApp, eventually, free_port};

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_server_that_takes_no_changes_refuses_them_and_loses_none() {
    let server = Redis::start().await;
    let app = TestApp::on_redis(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/add/n").await.expect(200);
    // A master without the replicas that it wants, a replica, and a memory that is full.
    let replica = format!("REPLICAOF 127.0.0.1 {}", free_port());
    let troubles = [
        (
            "CONFIG SET min-replicas-to-write 1",
            "CONFIG SET min-replicas-to-write 0",
        ),
        (&*replica, "REPLICAOF NO ONE"),
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
    ];
    let mut console = server.console().await;
    for (sum, (trouble, end)) in (1..).zip(troubles) {
        console.tell(trouble).await;
        expect_no_changes(&app, "redis", &visitor, sum).await;
        console.tell(end).await;
        expect_changes_after(&visitor, sum).await;
    }
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_server_whose_connections_others_have_taken_is_answered_by_503_and_recovered_from() {
    let server = Redis::start().await;
    let app = TestApp::on_redis(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/add/n").await.expect(200);

    // The console has the only place that there is.
    let mut console = server.console().await;
    console.tell("CONFIG SET maxclients 1").await;
    console.tell("CLIENT KILL TYPE normal SKIPME yes").await;
    let reason = "The session store (redis) does not answer.";
    for path in ["/t/add/n", "/t/get/n"] {
        expect_refused(browse(&visitor, path).await, reason);
    }
    super::expect_a_crowd_to_be_refused(&visitor).await;
    console.tell("CONFIG SET maxclients 100").await;
    expect_changes_after(&visitor, 1).await;
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_change_that_is_cut_while_the_server_holds_it_back_counts_once() {
    let server = Redis::start().await;
    let app = TestApp::on_redis(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/add/n").await.expect(200);

    let mut console = server.console().await;
    console.tell("CLIENT PAUSE 60000 WRITE").await;
    let tab = visitor.another_tab();
    let change = tokio::spawn(async move { tab.get("/t/add/n").await });
    eventually("the change is held back", RECOVERY, async || {
        let clients = console.ask("INFO clients").await;
        clients.contains("blocked_clients:1")
    })
    .await;
    console.tell("CLIENT KILL TYPE normal SKIPME yes").await;
    console.tell("CLIENT UNPAUSE").await;
    expect_once_at_most(&visitor, 1, &change.await.unwrap()).await;
}
