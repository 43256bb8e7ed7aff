//! Between the copy and its server everything takes its time.

use super::{ANSWER, browse, expect_changes_after, expect_refused};
use crate::support::{Proxy, Server, TestApp, scenarios};
use std::time::Duration;

scenarios!(
    mariadb,
    ignore = "needs MariaDB: scripts/test",
    Server::start(ServerKind::MariaDb),
    a_slow_server_is_waited_for_but_not_for_ever
);
#[cfg(feature = "redis")]
scenarios!(
    redis,
    ignore = "needs Redis: scripts/test",
    Server::start(ServerKind::Redis),
    a_slow_server_is_waited_for_but_not_for_ever
);

/// Each way; a change is several questions, one after another.
const BEARABLE: Duration = Duration::from_millis(50);
/// Each question is answered in time, and all of them together are not.
const TIRESOME: Duration = Duration::from_millis(700);
/// No question is answered in time.
const HOPELESS: Duration = Duration::from_secs(2);

async fn a_slow_server_is_waited_for_but_not_for_ever(server: Server) {
    let (credentials, _) = server.new_database().await;
    let network = Proxy::to(credentials.port.unwrap()).await;
    let app = TestApp::on_server(&server, Some(network.port)).await;
    let visitor = app.visitor();
    // All at once, so that every connection of the pool is there before the road gets bad.
    let mut crowd = tokio::task::JoinSet::new();
    visitor.get("/t/add/n").await.expect(200);
    for _ in 0..8 {
        let tab = visitor.another_tab();
        crowd.spawn(async move { tab.get("/t/get/n").await.expect(200) });
    }
    crowd.join_all().await;

    network.delay(BEARABLE);
    assert_eq!(visitor.get("/t/add/n").await.expect(200).text, "2");
    let reason = format!(
        "The session store ({}) does not answer.",
        server.store_name()
    );
    let mut sum = 2;
    for delay in [TIRESOME, HOPELESS] {
        network.delay(delay);
        for _ in 0..3 {
            let answer = browse(&visitor, "/t/add/n").await;
            assert!(answer.took < ANSWER, "{:?} at {delay:?}", answer.took);
            match answer.status.as_u16() {
                200 => sum += 1,
                _ => expect_refused(answer, &reason),
            }
        }
    }
    network.delay(Duration::ZERO);
    expect_changes_after(&visitor, sum).await;
}
