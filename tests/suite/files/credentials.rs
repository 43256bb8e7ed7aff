//! The credentials file missing, wrong, shared, and of a server that is not there.

use super::{assert_refused, folder};
use crate::support::{free_port, shared_mariadb};

#[test]
fn wrong_credentials_files_are_refused() {
    let (folder, _) = folder();
    let file = folder.home(".mysqlSecrets.json").display().to_string();
    let write = |text, mode| folder.write_home(".mysqlSecrets.json", text, mode);

    write("{\n  \"user\": \"u\",\n  \"host\" 1\n}", 0o600);
    assert_refused(&folder.run(&[]), &[&file, "at line 3 column 10"]);

    let good = r#"{"user":"u","database":"d"}"#;
    for shared in [0o640, 0o604, 0o666] {
        write(good, shared);
        let parts = [
            &*format!("chmod 600 {file}"),
            &*format!("mode {shared:03o}"),
        ];
        assert_refused(&folder.run(&[]), &parts);
    }
    write(r#"{"user":"u"}"#, 0o600);
    assert_refused(
        &folder.run(&[]),
        &[&file, "the key `database` is missing or empty"],
    );
    write(r#"{"user":"u","database":"d","driver":"oracle"}"#, 0o600);
    assert_refused(
        &folder.run(&[]),
        &[
            &file,
            "unknown driver `oracle`; known: `sqlite`, `mysql`, `postgres`, `redis`, `memcached`, \
             `mongodb`",
        ],
    );
}

#[test]
fn a_given_credentials_file_must_be_there() {
    let (folder, _) = folder();
    let refused = folder.run(&["--credentials", "nowhere.json"]);
    assert_refused(&refused, &["there is no credentials file nowhere.json"]);
    let refused = folder.run(&["--store", "mysql"]);
    assert_refused(
        &refused,
        &["--store mysql needs credentials", ".mysqlSecrets.json"],
    );
    folder.write(
        "c.json",
        r#"{"driver":"sqlite","database":"x.sqlite"}"#,
        0o600,
    );
    let refused = folder.run(&["--store", "mysql", "--credentials", "c.json"]);
    assert_refused(
        &refused,
        &["--store mysql and c.json do not go together: the file is for sqlite"],
    );
}

#[test]
fn without_credentials_sessions_live_in_the_embedded_file() {
    let (folder, _) = folder();
    let text = String::from_utf8(folder.run(&["doctor"]).stdout).unwrap();
    assert!(
        text.contains("none needed: SQLite in sweatbox.sqlite"),
        "{text}"
    );
}

#[test]
fn a_server_that_is_not_there_is_no_reason_not_to_start() {
    let (folder, _) = folder();
    let text = format!(
        r#"{{"host":"127.0.0.1","port":{},"user":"u","database":"d"}}"#,
        free_port()
    );
    folder.write_home(".mysqlSecrets.json", &text, 0o600);
    let output = folder.run(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("warning  store"), "{text}");
    assert!(text.contains("start the database"), "{text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
}

#[tokio::test]
async fn a_copy_starts_while_its_database_is_away_and_says_so() {
    let (folder, port) = folder();
    let text = format!(
        r#"{{"host":"127.0.0.1","port":{},"user":"u","database":"d"}}"#,
        free_port()
    );
    folder.write_home(".mysqlSecrets.json", &text, 0o600);
    let copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    assert!(
        copy.log().contains("the session store is down"),
        "{}",
        copy.log()
    );
    copy.visitor().refresh().await.expect(503);
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_wrong_password_or_an_unknown_database_is_refused() {
    let (folder, _) = folder();
    let server = shared_mariadb().await;
    let database = server.new_database().await;
    let good = server.credentials_json(&database);
    let wrong = good.replace("a-password", "another-password");
    folder.write_home(".mysqlSecrets.json", &wrong, 0o600);
    let refused = folder.run(&[]);
    assert_refused(
        &refused,
        &[
            "wrong user or password",
            "correct `user` and `password` in ",
            ".mysqlSecrets.json",
        ],
    );
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!log.contains("another-password"), "{log}");
    let unknown = good.replace(&database, "nowhere");
    folder.write_home(".mysqlSecrets.json", &unknown, 0o600);
    assert_refused(
        &folder.run(&[]),
        &["there is no such database", "correct `database` in "],
    );
}

#[test]
fn what_makes_no_sense_together_is_refused_with_the_reason() {
    let (folder, _) = folder();
    let write = |text| folder.write_home(".mysqlSecrets.json", text, 0o600);
    write(r#"{"driver":"redis","nodes":["127.0.0.1"]}"#);
    assert_refused(&folder.run(&[]), &["`nodes` has `127.0.0.1`"]);
    write(r#"{"driver":"redis","nodes":["h:1"],"database":3}"#);
    assert_refused(&folder.run(&[]), &["has the database 0 alone"]);
    write(r#"{"user":"u","database":"d","nodes":["h:1"]}"#);
    assert_refused(&folder.run(&[]), &["`nodes` are a Redis Cluster's"]);
    write(r#"{"driver":"mongodb"}"#);
    assert_refused(
        &folder.run(&[]),
        &["the key `database` is missing or empty"],
    );

    write(r#"{"user":"u","database":"d"}"#);
    let file = folder.home(".mysqlSecrets.json").display().to_string();
    for store in [
        "memory",
        "cookie",
        "sqlite",
        "redis",
        "memcached",
        "mongodb",
    ] {
        let refused = folder.run(&["--credentials", &file, "--store", store]);
        assert_refused(
            &refused,
            &[&format!("--store {store} and"), "the file is for mysql"],
        );
    }
}

#[test]
fn replicas_are_refused_on_a_store_without_locks_between_processes() {
    let (folder, _) = folder();
    for store in ["memory", "file", "sqlite", "cookie"] {
        let refused = folder.run(&["--replicas", "--store", store]);
        let reason = format!("--replicas does not go with the store {store}");
        assert_refused(&refused, &[&reason, "leave --replicas out"]);
        let doctor = folder.run(&["doctor", "--replicas", "--store", store]);
        assert_eq!(doctor.status.code(), Some(1));
    }
    // Before anybody asks whether there is such a server.
    #[cfg(feature = "memcached")]
    {
        folder.write_home(".mysqlSecrets.json", r#"{"driver":"memcached"}"#, 0o600);
        let refused = folder.run(&["--replicas"]);
        assert_refused(
            &refused,
            &["--replicas does not go with the store memcached"],
        );
    }
}

#[test]
fn a_cookie_is_encrypted_only_where_it_holds_the_session() {
    let (folder, _) = folder();
    let refused = folder.run(&["--encrypt-cookie"]);
    assert_refused(&refused, &["--encrypt-cookie is for --store cookie"]);
}
