//! `sweatbox sessions`: the owner looks after the sessions of a copy, running or not.

use crate::support::{Folder, TestApp, free_port, shared_mariadb};
use std::{os::unix::fs::PermissionsExt, process::Output};
use sweatbox::{
    caretaker::{Reply, Wish, perform},
    sessions::stores::StoredSession,
};
use tower_sessions::session::Id;

/// Runs `sweatbox sessions` where the copy works.
async fn sessions(folder: &Folder, arguments: &[&str]) -> Output {
    folder.run_soon(&[&["sessions"], arguments].concat()).await
}

async fn told(folder: &Folder, arguments: &[&str]) -> String {
    let output = sessions(folder, arguments).await;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_running_copy_tells_and_ends_its_sessions() {
    let folder = Folder::new();
    let port = free_port();
    let flags = [
        "--bind",
        "127.0.0.1",
        "--store",
        "memory",
        "--max-wait",
        "0",
    ];
    let copy = folder.serve_at("localhost", port, &flags).await;
    let [ann, bob] = [copy.visitor(), copy.visitor()];
    ann.refresh().await.expect(200);
    ann.refresh().await.expect(200);
    bob.refresh().await.expect(200);
    assert_eq!(told(&folder, &["count"]).await, "2\n");

    let id = &ann.cookie(&format!("s{port}Cookie")).unwrap()[44..];
    let list = told(&folder, &["list"]).await;
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.contains(&format!("{}…", &id[..4])), "{list}");
    assert!(
        !list.contains(&id[..5]),
        "more than four characters: {list}"
    );
    assert!(list.contains("in 60 min"), "{list}");

    // As it is copied from the list.
    let shown = format!("{}…", &id[..4]);
    assert_eq!(told(&folder, &["end", &shown]).await, "ended 1\n");
    assert_eq!(ann.refresh().await.seconds(), 0);
    assert_eq!(bob.refresh().await.seconds(), 1);
    let nobody = sessions(&folder, &["end", &id[..10]]).await;
    assert_eq!(nobody.status.code(), Some(1));

    let socket = folder.path(&format!("s_{port}_owner.sock"));
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(copy.stop().await, Some(0));
    assert!(!socket.exists(), "the socket was left behind");
}

#[tokio::test]
async fn without_a_running_copy_the_store_is_opened_for_the_moment() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitor = copy.visitor();
    visitor.refresh().await.expect(200);
    let port = copy.port;
    // Killed, so that it leaves its socket behind.
    drop(copy);
    assert!(folder.path(&format!("s_{port}_owner.sock")).exists());
    assert_eq!(told(&folder, &["count"]).await, "1\n");
    assert_eq!(told(&folder, &["purge"]).await, "removed 0 expired\n");
    assert_eq!(told(&folder, &["end", "", "--all"]).await, "ended 1\n");
    let copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    assert_eq!(told(&folder, &["count"]).await, "0\n");
    assert_eq!(visitor.refresh().await.expect(200).seconds(), 0);
    assert_eq!(told(&folder, &["count"]).await, "1\n");
    assert_eq!(copy.stop().await, Some(0));
}

#[tokio::test]
async fn what_is_not_one_session_is_not_ended() {
    let app = TestApp::on_sqlite().await;
    for id in ["AAAAbbbbbbbbbbbbbbbbbA", "AAAAccccccccccccccccCA"] {
        let expiry = app.clock.now() + time::Duration::HOUR;
        let session = StoredSession::new(b"{}".to_vec(), expiry);
        let id: Id = id.parse().unwrap();
        assert!(app.store().create(&id, &session).await.unwrap());
    }
    let end = |prefix: &str, all| Wish::End {
        prefix: prefix.into(),
        all,
    };
    assert_eq!(
        perform(&app.sessions, end("AAAA", false)).await,
        Reply::Ambiguous
    );
    assert_eq!(
        perform(&app.sessions, end("aaaa", true)).await,
        Reply::Count(0)
    );
    assert_eq!(perform(&app.sessions, Wish::Count).await, Reply::Count(2));
    assert_eq!(
        perform(&app.sessions, end("AAAAb", false)).await,
        Reply::Count(1)
    );
    app.clock.advance(time::Duration::HOUR);
    assert_eq!(perform(&app.sessions, Wish::Purge).await, Reply::Count(1));
    assert_eq!(perform(&app.sessions, Wish::Count).await, Reply::Count(0));
}

#[tokio::test]
async fn what_cannot_be_known_or_meant_is_refused_with_the_reason() {
    let folder = Folder::new();
    folder.write(".port", "41220", 0o644);
    for (arguments, reason) in [
        (
            &["count", "--store", "memory"][..],
            "no copy of port 41220 runs",
        ),
        (&["count", "--store", "cookie"], "in the visitors' browsers"),
        (&["end", "no id!"], "is no beginning of an id"),
        (&["list", "%"], "is no beginning of an id"),
    ] {
        let refused = sessions(&folder, arguments).await;
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let text = String::from_utf8(refused.stderr).unwrap();
        assert!(text.contains(reason), "{text}");
        assert!(text.contains("to mend it"), "{text}");
    }
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_copy_that_runs_elsewhere_is_not_disturbed() {
    let server = shared_mariadb().await;
    let credentials = server.credentials_json(&server.new_database().await);
    let folder = Folder::new();
    let elsewhere = Folder::second(&folder);
    folder.write_home(".mysqlSecrets.json", &credentials, 0o600);
    let copy = folder.serve().await;
    let port = copy.port.to_string();
    let refused = sessions(&elsewhere, &["count", "--port", &port]).await;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("runs, but not in this folder"), "{text}");
    assert_eq!(told(&folder, &["count"]).await, "0\n");
}
