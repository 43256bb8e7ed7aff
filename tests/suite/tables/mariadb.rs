//! Tables in a MariaDB database.

use super::{identity, prepare};
use crate::support::{MariaDb, TestApp, shared_mariadb};
use sqlx::{Executor, Row};
use sweatbox::{
    config::StoreSetup,
    sessions::stores::{self, StoredSession},
};
use tower_sessions::session::Id;

async fn new_database(server: &MariaDb) -> (String, StoreSetup) {
    let database = server.new_database().await;
    let setup = StoreSetup::Mysql(server.credentials(&database));
    (database, setup)
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_table_left_by_the_express_listing_is_refused_with_the_rename() {
    let server = shared_mariadb().await;
    let (database, setup) = new_database(server).await;
    // As express-mysql-session 2 makes it, under the name that the listing gives it.
    server
        .execute(&format!(
            "CREATE TABLE {database}.s_41220_session (\
             session_id varchar(128) COLLATE utf8mb4_bin NOT NULL, \
             expires int(11) unsigned NOT NULL, data mediumtext COLLATE utf8mb4_bin, \
             PRIMARY KEY (session_id)) ENGINE=InnoDB"
        ))
        .await;
    let refusal = prepare(&setup, "11").await.unwrap_err();
    assert!(
        refusal.contains("the Express program of the course"),
        "{refusal}"
    );
    let rename = "RENAME TABLE s_41220_session TO s_41220_session_express;";
    assert!(refusal.contains(rename), "{refusal}");
    server.execute(&format!("USE {database}; {rename}")).await;
    prepare(&setup, "11").await.unwrap();
    let kept = format!("SELECT session_id FROM {database}.s_41220_session_express");
    server.execute(&kept).await;
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_table_of_the_plain_crate_is_refused() {
    let server = shared_mariadb().await;
    let (database, setup) = new_database(server).await;
    server
        .execute(&format!(
            "CREATE TABLE {database}.s_41220_session (id char(22) primary key not null, \
             data blob not null, expiry_date timestamp(6) not null)"
        ))
        .await;
    let refusal = prepare(&setup, "11").await.unwrap_err();
    assert!(refusal.contains("expiry_date timestamp(6)"), "{refusal}");
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn tables_made_under_another_install_key_are_refused() {
    let server = shared_mariadb().await;
    let (database, setup) = new_database(server).await;
    prepare(&setup, "11").await.unwrap();
    let refusal = prepare(&setup, "22").await.unwrap_err();
    let drop = "DROP TABLE s_41220_session, s_41220_meta;";
    assert!(refusal.contains(drop), "{refusal}");
    server.execute(&format!("USE {database}; {drop}")).await;
    prepare(&setup, "22").await.unwrap();
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn an_account_without_create_works_when_the_tables_are_there() {
    let server = shared_mariadb().await;
    let (database, _) = new_database(server).await;
    for host in ["localhost", "127.0.0.1"] {
        let grant =
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.* TO modest@'{host}'");
        server.execute(&grant).await;
    }
    let modest = StoreSetup::Mysql(server.credentials_of("modest", &database));
    let refusal = prepare(&modest, "11").await.unwrap_err();
    assert!(refusal.contains("the account may not do this"), "{refusal}");
    // `doctor` says so before anything is tried.
    let looked = stores::open(&modest, &identity("11")).inspect().await;
    assert!(looked.is_err(), "{looked:?}");
    // An administrator runs what the refusal says.
    let (_, statements) = refusal.split_once("or make the tables: ").unwrap();
    server
        .execute(&format!("USE {database}; {statements}"))
        .await;
    assert!(
        !stores::open(&modest, &identity("11"))
            .inspect()
            .await
            .unwrap()
    );
    prepare(&modest, "11").await.unwrap();
    assert!(
        stores::open(&modest, &identity("11"))
            .inspect()
            .await
            .unwrap()
    );
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn the_purge_uses_the_index() {
    let app = TestApp::on_mariadb(shared_mariadb().await).await;
    let StoreSetup::Mysql(credentials) = &app.setup else {
        unreachable!("it is a MariaDB store");
    };
    let mut connection = shared_mariadb().await.connection().await;
    let table = "s_41220_session";
    connection
        .execute(format!("USE {}", credentials.database).as_str())
        .await
        .unwrap();
    // Enough rows that the optimiser has a reason to choose.
    let fill = format!(
        "INSERT INTO {table} SELECT LPAD(seq, 22, 'x'), 'x', \
         '2030-01-01' + INTERVAL seq SECOND, seq FROM seq_1_to_5000"
    );
    connection.execute(fill.as_str()).await.unwrap();
    let plan =
        format!("EXPLAIN DELETE FROM {table} WHERE expiry_date <= '2030-01-01 00:01' LIMIT 500");
    let plan = connection.fetch_one(plan.as_str()).await.unwrap();
    let key: Option<String> = plan.get("key");
    assert_eq!(key.as_deref(), Some("s_41220_session_expiry"));
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn every_operation_is_one_statement() {
    let server = MariaDb::start().await;
    let app = TestApp::on_mariadb(&server).await;
    let (store, id) = (app.store(), Id::default());
    let session = StoredSession::new(b"{}".to_vec(), app.clock.now());
    let statements = logged(&server, async {
        store.create(&id, &session).await.unwrap();
        store.load(&id).await.unwrap();
        let version = session.version;
        store.save(&id, &session, version).await.unwrap();
        store.touch(&id, session.expiry).await.unwrap();
        store.delete(&id).await.unwrap();
    })
    .await;
    let verbs: Vec<_> = statements
        .iter()
        .map(|text| text.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        verbs,
        ["INSERT", "SELECT", "UPDATE", "UPDATE", "DELETE"],
        "{statements:#?}"
    );
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_burst_takes_far_fewer_statements_than_requests() {
    let server = MariaDb::start().await;
    let app = TestApp::eased_on_mariadb(&server).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let statements = logged(&server, async {
        let mut burst = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let tab = visitor.another_tab();
            burst.spawn(async move {
                for _ in 0..25 {
                    tab.get("/t/get/a").await.expect(200);
                }
            });
        }
        for _ in 0..200 {
            let (store, id) = (app.store(), Id::default());
            let session = StoredSession::new(b"{}".to_vec(), app.clock.now());
            burst.spawn(async move { assert!(store.create(&id, &session).await.unwrap()) });
        }
        burst.join_all().await;
    })
    .await;
    let count = |verb: &str| {
        let so = statements.iter().filter(|text| text.starts_with(verb));
        so.count()
    };
    // Each of 200; within the same 100 ms one of them asks, or a few that came together.
    assert!(count("SELECT data") < 100, "{statements:#?}");
    assert!((1..100).contains(&count("INSERT")), "{statements:#?}");
    assert_eq!(app.store().count().await.unwrap(), 201);
}

/// The statements that reach the server meanwhile.
async fn logged(server: &MariaDb, work: impl Future<Output = ()>) -> Vec<String> {
    server
        .execute("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON")
        .await;
    work.await;
    server.execute("SET GLOBAL general_log = OFF").await;
    let mut connection = server.connection().await;
    let query = "SELECT CAST(argument AS CHAR) FROM mysql.general_log \
                 WHERE command_type IN ('Execute', 'Query') AND argument NOT LIKE 'SET %'";
    sqlx::query_scalar(query)
        .fetch_all(&mut connection)
        .await
        .unwrap()
}
