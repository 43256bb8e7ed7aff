//! `sweatbox doctor` on every kind of server.

use crate::support::{Folder, Server, free_port, on_every_server};

on_every_server! {
    doctor_tells_version_and_table_and_what_is_down
}

async fn doctor_tells_version_and_table_and_what_is_down(mut server: Server) {
    let (_, credentials) = server.new_database().await;
    let folder = Folder::new();
    folder.write_home(".mysqlSecrets.json", &credentials, 0o600);
    let port = free_port().to_string();
    let doctor = || {
        let output = folder.run(&["doctor", "--port", &port, "--bind", "127.0.0.1"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text}");
        let line = text.lines().find(|line| line[9..].starts_with("store"));
        line.unwrap().to_owned()
    };
    let fresh = doctor();
    assert!(fresh.starts_with("ok"), "{fresh}");
    assert!(fresh.contains(server.product()), "{fresh}");
    let table = format!("s_{port}_session will be made");
    assert!(fresh.ends_with(&table), "{fresh}");
    server.stop();
    let down = doctor();
    assert!(down.starts_with("warning"), "{down}");
}
