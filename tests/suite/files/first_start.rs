//! What a first start makes: for the owner alone, and once.

use super::mode;
use crate::support::{Folder, Visitor, eventually, free_port};
use reqwest::Method;
use std::{fs, process::Stdio, time::Duration};

#[tokio::test]
async fn a_first_start_makes_key_pair_and_database_for_the_owner_alone() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    for file in [
        folder.home(".config/sweatbox/install.key"),
        folder.path("certs/selfsigned.key"),
        folder.path("sweatbox.sqlite"),
        folder.path("sweatbox.sqlite-wal"),
    ] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let key = fs::read_to_string(folder.home(".config/sweatbox/install.key")).unwrap();
    assert_eq!(key.trim().len(), 64);
    assert_eq!(copy.stop().await, Some(0));
}

#[tokio::test]
async fn two_first_starts_in_one_folder_make_one_pair_and_one_key() {
    for _ in 0..5 {
        let folder = Folder::new();
        let ports = [free_port(), free_port()].map(|port| port.to_string());
        let start = |port: &String| {
            let mut command = folder.command();
            command
                .args(["--port", port, "--bind", "127.0.0.1"])
                .stderr(Stdio::piped());
            command.stdout(Stdio::null()).spawn().unwrap()
        };
        let mut copies = ports.each_ref().map(start);
        for (copy, port) in copies.iter_mut().zip(&ports) {
            let visitor = Visitor::new(port.parse().unwrap());
            eventually("it answers", Duration::from_secs(20), async || {
                assert_eq!(copy.try_wait().unwrap(), None, "it has ended");
                visitor
                    .try_request(Method::GET, "/healthz", &[])
                    .await
                    .is_ok()
            })
            .await;
        }
        for copy in &mut copies {
            copy.kill().unwrap();
            copy.wait().unwrap();
        }
    }
}
