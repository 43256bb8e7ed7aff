//! The certificate and its key: half there, of two pairs, no PEM, expired.

use super::{assert_refused, folder};
use crate::support::{Folder, free_port};
use std::fs;

#[tokio::test]
async fn half_a_certificate_pair_is_refused() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    assert_eq!(copy.stop().await, Some(0));
    let (cert, key) = ("certs/selfsigned.crt", "certs/selfsigned.key");
    let text = fs::read_to_string(folder.path(key)).unwrap();
    fs::remove_file(folder.path(key)).unwrap();
    let parts = [
        "certs/selfsigned.key is missing",
        "rm -f certs/selfsigned.crt",
    ];
    assert_refused(&folder.run(&[]), &parts);
    folder.write(key, &text, 0o600);
    fs::remove_file(folder.path(cert)).unwrap();
    assert_refused(&folder.run(&[]), &["certs/selfsigned.crt is missing"]);
}

#[tokio::test]
async fn a_key_of_another_pair_is_refused() {
    let (one, two) = (Folder::new(), Folder::new());
    for folder in [&one, &two] {
        assert_eq!(folder.serve().await.stop().await, Some(0));
    }
    fs::copy(
        two.path("certs/selfsigned.key"),
        one.path("certs/selfsigned.key"),
    )
    .unwrap();
    let parts = [
        "certs/selfsigned.key is not the key of certs/selfsigned.crt",
        "rm certs/",
    ];
    assert_refused(&one.run(&[]), &parts);
}

#[tokio::test]
async fn certificate_files_that_are_no_pem_are_refused() {
    let folder = Folder::new();
    assert_eq!(folder.serve().await.stop().await, Some(0));
    let key = fs::read_to_string(folder.path("certs/selfsigned.key")).unwrap();
    folder.write("certs/selfsigned.key", "hello", 0o600);
    let parts = [
        "certs/selfsigned.key is not a private key in PEM form",
        "-----BEGIN",
    ];
    assert_refused(&folder.run(&[]), &parts);
    folder.write("certs/selfsigned.key", &key, 0o600);
    folder.write("certs/selfsigned.crt", "hello", 0o600);
    assert_refused(&folder.run(&[]), &["certs/selfsigned.crt", "-----BEGIN"]);
}

#[test]
fn given_certificate_paths_are_never_made() {
    let (folder, _) = folder();
    let refused = folder.run(&["--cert", "a.crt", "--key", "a.key"]);
    assert_refused(&refused, &["a.crt is missing", "ls -l a.crt a.key"]);
    assert!(!folder.path("a.crt").exists());
    let refused = folder.run(&["--cert", "a.crt"]);
    assert_refused(&refused, &["--cert and --key belong together"]);
}

#[tokio::test]
async fn an_expired_certificate_warns_and_is_served() {
    let folder = Folder::new();
    let port = free_port();
    folder.write(".port", &port.to_string(), 0o644);
    let mut params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2020, 2, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    folder.write(
        "certs/selfsigned.crt",
        &params.self_signed(&key).unwrap().pem(),
        0o644,
    );
    folder.write("certs/selfsigned.key", &key.serialize_pem(), 0o600);
    let copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    assert!(
        copy.log().contains("the certificate expired on 2020-02-01"),
        "{}",
        copy.log()
    );
}
