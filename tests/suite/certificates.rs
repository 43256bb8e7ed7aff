//! The certificate while the copy runs: protocols, and an exchange without a restart.

use crate::support::{Copy, Folder, PlainClient, Visitor, certificate_files_in, eventually};
use std::{fs, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

async fn shown(copy: &Copy, folder: &Folder) -> Option<Vec<u8>> {
    let certificate = fs::read(folder.path("certs/selfsigned.crt")).unwrap();
    let client = PlainClient::try_connect(copy.port, &certificate, "http/1.1").await?;
    Some(client.server_certificate())
}

/// A pair that another copy has made.
fn another_pair() -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let files = certificate_files_in(&folder);
    files.load_or_make().unwrap();
    let read = |path| fs::read_to_string(path).unwrap();
    (read(&files.cert), read(&files.key))
}

fn replace(folder: &Folder, (cert, key): &(String, String)) {
    folder.write("certs/selfsigned.crt", cert, 0o600);
    folder.write("certs/selfsigned.key", key, 0o600);
}

#[tokio::test]
async fn both_tls_versions_and_both_protocols_are_served() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    for number in ["1.2", "1.3"] {
        for protocol in ["--http1.1", "--http2"] {
            let output = std::process::Command::new("curl")
                .args(["-skv", protocol, "--tls-max", number])
                .arg(format!("https://localhost:{}/healthz", copy.port))
                .output()
                .unwrap();
            let log = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                log.contains(&format!("SSL connection using TLSv{number}")),
                "{log}"
            );
            let status = if protocol == "--http2" {
                "HTTP/2 200"
            } else {
                "HTTP/1.1 200"
            };
            assert!(log.contains(status), "{log}");
        }
    }
}

#[tokio::test]
async fn a_changed_pair_is_served_and_open_connections_live_on() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let before = shown(&copy, &folder).await.unwrap();
    let old = fs::read(folder.path("certs/selfsigned.crt")).unwrap();
    let mut open = PlainClient::connect(copy.port, &old, "http/1.1").await;
    replace(&folder, &another_pair());
    eventually(
        "the new certificate is served",
        Duration::from_secs(20),
        async || shown(&copy, &folder).await.is_some_and(|now| now != before),
    )
    .await;
    open.send(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await;
    assert!(
        open.read_some().await.starts_with("HTTP/1.1 200"),
        "the open connection is gone"
    );
    assert!(copy.log().contains("certificate reloaded"));
}

#[tokio::test]
async fn sighup_reloads_the_pair_and_ends_nothing() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    copy.signal("-HUP");
    eventually("it is reloaded", Duration::from_secs(20), async || {
        copy.log().contains("certificate reloaded")
    })
    .await;
    copy.visitor().refresh().await.expect(200);
}

#[tokio::test]
async fn a_bad_new_pair_is_reported_and_the_old_one_kept() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let (_, other_key) = another_pair();
    let before = shown(&copy, &folder).await.unwrap();
    folder.write("certs/selfsigned.key", &other_key, 0o600);
    eventually("it is reported", Duration::from_secs(20), async || {
        copy.log()
            .contains("new certificate refused; the old one is kept")
    })
    .await;
    assert!(copy.log().contains("is not the key of"), "{}", copy.log());
    assert_eq!(shown(&copy, &folder).await.unwrap(), before);
}

#[tokio::test]
async fn a_pair_that_is_exchanged_under_load_costs_no_request() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let exchanged = CancellationToken::new();
    let mut load = JoinSet::new();
    for _ in 0..8 {
        let (port, exchanged) = (copy.port, exchanged.clone());
        load.spawn(async move {
            let (kept, mut answered) = (Visitor::new(port), 0);
            while !exchanged.is_cancelled() {
                kept.get("/healthz").await.expect(200);
                // And on a connection of its own, with a handshake of its own.
                Visitor::new(port).get("/healthz").await.expect(200);
                answered += 2;
            }
            answered
        });
    }
    for _ in 0..3 {
        let before = fs::read(folder.path("certs/selfsigned.crt")).unwrap();
        replace(&folder, &another_pair());
        assert_ne!(
            fs::read(folder.path("certs/selfsigned.crt")).unwrap(),
            before
        );
        copy.signal("-HUP");
        // Only the new pair is trusted here, so it has to be the one that is shown.
        eventually("it is served", Duration::from_secs(20), async || {
            shown(&copy, &folder).await.is_some()
        })
        .await;
    }
    exchanged.cancel();
    let answered = load.join_all().await;
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
}
