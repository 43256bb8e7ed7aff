//! Keys in a Redis database.

use super::prepare;
use crate::support::shared_redis;
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
