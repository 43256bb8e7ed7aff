//! Tables in a PostgreSQL database.

use super::{identity, prepare};
use crate::support::{Postgres, shared_postgres};
use sqlx::{Executor, PgConnection, Row};
use sweatbox::{config::StoreSetup, sessions::stores};

async fn new_database(server: &Postgres) -> (PgConnection, StoreSetup) {
    let database = server.new_database().await;
    let setup = StoreSetup::Postgres(server.credentials(&database));
    (server.connection(&database).await, setup)
}

#[tokio::test]
#[ignore = "needs PostgreSQL: scripts/test"]
async fn a_table_left_by_an_express_program_is_refused_with_the_rename() {
    let (mut connection, setup) = new_database(shared_postgres().await).await;
    // As connect-pg-simple makes it.
    let table = "CREATE TABLE s_41220_session (sid varchar PRIMARY KEY, sess json NOT NULL, \
                 expire timestamp(6) NOT NULL)";
    connection.execute(table).await.unwrap();
    let refusal = prepare(&setup, "11").await.unwrap_err();
    assert!(refusal.contains("sess json"), "{refusal}");
    let rename = "ALTER TABLE s_41220_session RENAME TO s_41220_session_express;";
    assert!(refusal.contains(rename), "{refusal}");
    connection.execute(rename).await.unwrap();
    prepare(&setup, "11").await.unwrap();
    connection
        .execute("SELECT sid FROM s_41220_session_express")
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs PostgreSQL: scripts/test"]
async fn tables_made_under_another_install_key_are_refused() {
    let (mut connection, setup) = new_database(shared_postgres().await).await;
    prepare(&setup, "11").await.unwrap();
    let refusal = prepare(&setup, "22").await.unwrap_err();
    let drop = "DROP TABLE s_41220_session, s_41220_meta;";
    assert!(refusal.contains(drop), "{refusal}");
    connection.execute(drop).await.unwrap();
    prepare(&setup, "22").await.unwrap();
}

#[tokio::test]
#[ignore = "needs PostgreSQL: scripts/test"]
async fn an_account_without_create_works_when_the_tables_are_there() {
    let server = shared_postgres().await;
    let database = server.new_database().await;
    let mut connection = server.connection(&database).await;
    let modest = server.new_modest_account().await;
    let modest = StoreSetup::Postgres(server.credentials_of(&modest, &database));
    let refusal = prepare(&modest, "11").await.unwrap_err();
    assert!(refusal.contains("the account may not do this"), "{refusal}");
    let looked = stores::open(&modest, &identity("11")).inspect().await;
    assert!(looked.is_err(), "{looked:?}");
    let (_, statements) = refusal.split_once("or make the tables: ").unwrap();
    connection.execute(statements).await.unwrap();
    let grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO PUBLIC";
    connection.execute(grant).await.unwrap();
    prepare(&modest, "11").await.unwrap();
    assert!(
        stores::open(&modest, &identity("11"))
            .inspect()
            .await
            .unwrap()
    );
}

#[tokio::test]
#[ignore = "needs PostgreSQL: scripts/test"]
async fn the_purge_uses_the_index() {
    let (mut connection, setup) = new_database(shared_postgres().await).await;
    prepare(&setup, "11").await.unwrap();
    let fill = "INSERT INTO s_41220_session SELECT i::text, 'x', \
                timestamptz '2030-01-01' + i * interval '1 second', i \
                FROM generate_series(1, 20000) AS i; ANALYZE s_41220_session";
    connection.execute(sqlx::raw_sql(fill)).await.unwrap();
    let plan = "EXPLAIN DELETE FROM s_41220_session WHERE id IN \
                (SELECT id FROM s_41220_session WHERE expiry_date <= '2030-01-01 00:05' LIMIT 500)";
    let rows = connection.fetch_all(plan).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let searched = plan
        .iter()
        .any(|step| step.contains("s_41220_session_expiry"));
    assert!(searched, "{plan:#?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: scripts/test"]
async fn a_wrong_password_or_an_unknown_database_is_refused() {
    let server = shared_postgres().await;
    let database = server.new_database().await;
    let mut credentials = server.credentials(&database);
    credentials.database = "nowhere".into();
    let refusal = prepare(&StoreSetup::Postgres(credentials.clone()), "11")
        .await
        .unwrap_err();
    assert!(refusal.contains("there is no such database"), "{refusal}");
    credentials.database = database;
    credentials.password = "another-password".to_owned().into();
    let refusal = prepare(&StoreSetup::Postgres(credentials), "11")
        .await
        .unwrap_err();
    assert!(refusal.contains("wrong user or password"), "{refusal}");
    assert!(!refusal.contains("another-password"), "{refusal}");
}
