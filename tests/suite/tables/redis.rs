//! Keys in a Redis database.

use super::prepare;
use crate::support::{TestApp, shared_redis};
use secrecy::ExposeSecret;
use std::process::Command;
use sweatbox::config::StoreSetup;

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn keys_made_under_another_install_key_are_refused() {
    let server = shared_redis().await;
    let setup = StoreSetup::Redis(server.credentials(&server.new_database()));
    prepare(&setup, "11").await.unwrap();
    let refusal = prepare(&setup, "22").await.unwrap_err();
    assert!(refusal.contains("under another install key"), "{refusal}");
    assert!(refusal.contains("delete the keys s:41220:*"), "{refusal}");
    prepare(&setup, "11").await.unwrap();
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_wrong_password_is_refused() {
    let server = shared_redis().await;
    let mut credentials = server.credentials(&server.new_database());
    credentials.password = "another-password".to_owned().into();
    let refusal = prepare(&StoreSetup::Redis(credentials), "11")
        .await
        .unwrap_err();
    assert!(refusal.contains("wrong user or password"), "{refusal}");
    assert!(!refusal.contains("another-password"), "{refusal}");
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_hash_that_cannot_be_read_is_a_new_visitor_s() {
    let app = TestApp::on_redis(shared_redis().await).await;
    let StoreSetup::Redis(credentials) = &app.setup else {
        panic!("it is on Redis");
    };
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let cookie = visitor.cookie(app.cookie_name()).unwrap();
    let key = format!("s:41220:session:{{{}}}", &cookie[44..66]);
    let (port, database) = (credentials.port.unwrap().to_string(), &credentials.database);
    let damaged = Command::new("redis-cli")
        .env("REDISCLI_AUTH", credentials.password.expose_secret())
        .args([
            "-p",
            &port,
            "-n",
            database,
            "HSET",
            &key,
            "expiry",
            "next year",
        ])
        .output()
        .unwrap();
    // 0: an old field has a new value.
    assert_eq!(String::from_utf8_lossy(&damaged.stdout).trim(), "0");
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "none");
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "\"2\"");
}
