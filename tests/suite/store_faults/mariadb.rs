//! MariaDB, there and in trouble.

use super::{
    RECOVERY, browse, expect_changes_after, expect_no_changes, expect_once_at_most, expect_refused,
};
use crate::support::{MariaDb, Proxy, TestApp, Visitor, eventually, shared_mariadb};
use sqlx::{Executor, MySqlConnection};
use sweatbox::config::StoreSetup;

/// A copy under an account without privileges over the server, as a class has it.
async fn modest_copy(server: &MariaDb) -> TestApp {
    let database = server.new_database().await;
    for host in ["localhost", "127.0.0.1"] {
        let grant = format!("GRANT ALL ON {database}.* TO modest@'{host}'");
        server.execute(&grant).await;
    }
    let credentials = server.credentials_of("modest", &database);
    TestApp::on(StoreSetup::Mysql(credentials)).await
}

fn database(app: &TestApp) -> &str {
    let StoreSetup::Mysql(credentials) = &app.setup else {
        panic!("it is on MariaDB");
    };
    &credentials.database
}

/// What would kill the connections for which `condition` holds.
async fn kills(administrator: &mut MySqlConnection, condition: &str) -> Vec<String> {
    let query = format!(
        "SELECT CAST(CONCAT('KILL ', id) AS CHAR) FROM information_schema.processlist \
         WHERE {condition}"
    );
    let query = sqlx::query_scalar(&query);
    query.fetch_all(administrator).await.unwrap()
}

/// A copy on a server of its own, and the network between the two.
async fn copy_behind_a_network(server: &MariaDb) -> (TestApp, Proxy) {
    let mut credentials = server.credentials(&server.new_database().await);
    let network = Proxy::to(credentials.port.unwrap()).await;
    credentials.port = Some(network.port);
    let app = TestApp::on(StoreSetup::Mysql(credentials)).await;
    (app, network)
}

/// Whether this is a statement that writes a session.
fn writes_a_session(piece: &[u8]) -> bool {
    let beginning = b"{\"created\":";
    let mut places = piece.windows(beginning.len());
    places.any(|place| place == beginning)
}

/// A change of `a` is refused, since the network has not delivered it.
async fn expect_a_change_to_be_held_back(visitor: &Visitor, network: &Proxy) {
    network.hold_back(writes_a_session);
    let reason = "The session store (mysql) does not answer.";
    expect_refused(browse(visitor, "/t/set/a/refused").await, reason);
    assert!(network.holds_something());
    eventually("other connections are served", RECOVERY, async || {
        visitor.get("/t/get/a").await.status == 200
    })
    .await;
}

/// What was held back arrives, and the server has done what it says.
async fn expect_a_late_delivery(server: &MariaDb, app: &TestApp, network: &Proxy) {
    let mut administrator = server.connection().await;
    let before = updates(&mut administrator).await;
    network.let_out();
    let ours = format!("db = '{}' AND info LIKE 'UPDATE%'", database(app));
    eventually("the server has worked on it", RECOVERY, async || {
        updates(&mut administrator).await > before
            && kills(&mut administrator, &ours).await.is_empty()
    })
    .await;
}

/// How many updates the server has begun so far.
async fn updates(administrator: &mut MySqlConnection) -> i64 {
    let query = "SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status \
                 WHERE variable_name = 'COM_UPDATE'";
    let query = sqlx::query_scalar(query);
    query.fetch_one(administrator).await.unwrap()
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_refused_change_that_is_delivered_late_overwrites_no_later_one() {
    let server = MariaDb::start().await;
    let (app, network) = copy_behind_a_network(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/first").await.expect(200);
    expect_a_change_to_be_held_back(&visitor, &network).await;
    visitor.get("/t/set/a/later").await.expect(200);
    expect_a_late_delivery(&server, &app, &network).await;
    let there = visitor.get("/t/get/a").await.expect(200).text;
    assert_eq!(there, "\"later\"");
    visitor.get("/t/set/a/last").await.expect(200);
    let there = visitor.get("/t/get/a").await.expect(200).text;
    assert_eq!(there, "\"last\"");
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_refused_change_that_is_delivered_in_the_midst_of_a_later_one_refuses_that_one() {
    let server = MariaDb::start().await;
    let (app, network) = copy_behind_a_network(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/first").await.expect(200);
    expect_a_change_to_be_held_back(&visitor, &network).await;
    let tab = visitor.another_tab();
    let later = tokio::spawn(async move { browse(&tab, "/t/add-after-locking/n").await });
    // It has loaded the session.
    app.gate.wait_for_arrival().await;
    expect_a_late_delivery(&server, &app, &network).await;
    app.gate.let_one_pass();
    expect_refused(later.await.unwrap(), "An earlier change of your session");
    let there = visitor.get("/t/get/a").await.expect(200).text;
    assert_eq!(there, "\"refused\"");
    assert_eq!(visitor.get("/t/add/n").await.expect(200).text, "1");
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_server_that_is_read_only_refuses_changes_and_loses_none() {
    let server = MariaDb::start().await;
    let app = modest_copy(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/add/n").await.expect(200);
    for sum in 1..=2 {
        server.execute("SET GLOBAL read_only = 1").await;
        expect_no_changes(&app, "mysql", &visitor, sum).await;
        server.execute("SET GLOBAL read_only = 0").await;
        expect_changes_after(&visitor, sum).await;
    }
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_server_whose_connections_others_have_taken_is_answered_by_503_and_recovered_from() {
    let server = MariaDb::start().await;
    let app = modest_copy(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/add/n").await.expect(200);

    // The fewest that it allows; an administrator has one more.
    let mut administrator = server.connection().await;
    let fewest = "SET GLOBAL max_connections = 10";
    administrator.execute(fewest).await.unwrap();
    let ours = "user = 'modest'";
    for kill in kills(&mut administrator, ours).await {
        administrator.execute(&*kill).await.unwrap();
    }
    eventually("ours are gone", RECOVERY, async || {
        kills(&mut administrator, ours).await.is_empty()
    })
    .await;
    let mut others = Vec::new();
    let refusal = loop {
        match server.try_connection_as("modest").await {
            Ok(connection) => others.push(connection),
            Err(refusal) => break refusal.to_string(),
        }
    };
    assert!(refusal.contains("Too many connections"), "{refusal}");

    let reason = "The session store (mysql) does not answer.";
    for path in ["/t/add/n", "/t/get/n"] {
        expect_refused(browse(&visitor, path).await, reason);
    }
    super::expect_a_crowd_to_be_refused(&visitor).await;
    drop(others);
    expect_changes_after(&visitor, 1).await;
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_change_that_is_cut_while_the_server_works_on_it_counts_once() {
    let server = shared_mariadb().await;
    let app = TestApp::on_mariadb(server).await;
    let visitor = app.visitor();
    visitor.get("/t/add/n").await.expect(200);

    // Somebody else has locked the row: it can be read, and a change of it waits.
    let mut other = server.connection().await;
    let table = format!("{}.s_41220_session", database(&app));
    let lock = format!("SELECT id FROM {table} FOR UPDATE");
    other.execute("BEGIN").await.unwrap();
    other.execute(&*lock).await.unwrap();
    let tab = visitor.another_tab();
    let change = tokio::spawn(async move { tab.get("/t/add/n").await });
    let mut administrator = server.connection().await;
    let ours = format!("db = '{}' AND info LIKE 'UPDATE%'", database(&app));
    let mut at_work = Vec::new();
    eventually("the change is at work", RECOVERY, async || {
        at_work = kills(&mut administrator, &ours).await;
        !at_work.is_empty()
    })
    .await;
    for kill in at_work {
        administrator.execute(&*kill).await.unwrap();
    }
    other.execute("ROLLBACK").await.unwrap();
    expect_once_at_most(&visitor, 1, &change.await.unwrap()).await;
}
