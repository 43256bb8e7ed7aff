//! Items of a Memcached server.

use super::{open, prepare};
use crate::support::{Memcached, TestApp, eventually};
use std::time::Duration;
use sweatbox::{
    config::{StoreSetup, Tenancy},
    sessions::claim,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn tell(server: &Memcached, command: &str) -> String {
    let port = server.credentials().port.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let command = format!("{command}\r\nquit\r\n");
    stream.write_all(command.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
#[ignore = "needs Memcached: scripts/test"]
async fn keys_made_under_another_install_key_are_refused() {
    let server = Memcached::start().await;
    let setup = StoreSetup::Memcached(server.credentials());
    prepare(&setup, "11").await.unwrap();
    let refusal = prepare(&setup, "22").await.unwrap_err();
    assert!(refusal.contains("under another install key"), "{refusal}");
    assert!(refusal.contains("delete the key s:41220:meta"), "{refusal}");
    prepare(&setup, "11").await.unwrap();
}

#[tokio::test]
#[ignore = "needs Memcached: scripts/test"]
async fn an_evicted_session_is_simply_gone() {
    let mut server = Memcached::start().await;
    let app = TestApp::on(StoreSetup::Memcached(server.credentials())).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    assert_eq!(tell(&server, "flush_all").await, "OK\r\n");
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "none");
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "\"2\"");
    // A restart forgets everything, and is over when it is over.
    server.stop();
    visitor.get("/t/get/a").await.expect(503);
    server.start_again().await;
    eventually("service is back", Duration::from_secs(5), async || {
        visitor.get("/t/get/a").await.status == 200
    })
    .await;
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "none");
    visitor.get("/t/set/a/3").await.expect(200);
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "\"3\"");
}

#[tokio::test]
#[ignore = "needs Memcached: scripts/test"]
async fn an_item_that_cannot_be_read_is_a_new_visitor_s() {
    let server = Memcached::start().await;
    let app = TestApp::on(StoreSetup::Memcached(server.credentials())).await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let cookie = visitor.cookie(app.cookie_name()).unwrap();
    let key = format!(
        "{}session:{}",
        app.identity.names.cache_prefix,
        &cookie[44..66]
    );
    let damaged = tell(&server, &format!("replace {key} 0 0 4\r\ntorn")).await;
    assert_eq!(damaged, "STORED\r\n");
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "none");
    visitor.get("/t/set/a/2").await.expect(200);
    assert_eq!(visitor.get("/t/get/a").await.expect(200).text, "\"2\"");
}

#[tokio::test]
#[ignore = "needs Memcached: scripts/test"]
async fn a_second_process_is_refused_until_the_first_one_s_claim_is_over() {
    let server = Memcached::start().await;
    let setup = StoreSetup::Memcached(server.credentials());
    let [first, second, third] = [(); 3].map(|()| open(&setup, "11"));
    assert!(first.claim(Tenancy::Alone).await.unwrap());
    assert!(!second.claim(Tenancy::Alone).await.unwrap());
    assert!(first.claim(Tenancy::Alone).await.unwrap(), "not renewed");
    first.close().await;
    assert!(second.claim(Tenancy::Alone).await.unwrap());
    // Not closed, as if it had been killed: whoever waits for its lease gets the sessions.
    drop(second);
    assert!(!third.claim(Tenancy::Alone).await.unwrap());
    assert!(claim(&*third, Tenancy::Alone).await.unwrap());
}
