//! `sweatbox host`: a class from one process, and nobody's trouble is anybody else's.

use crate::support::{Copy, Folder, Visitor, eventually, shared_mariadb};
use reqwest::Method;
use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{net::TcpListener, path::Path, time::Duration};
use tokio::task::JoinSet;

const SOON: Duration = Duration::from_secs(20);

/// Ports that are free on loopback right now, no two alike.
fn free_ports<const N: usize>() -> [u16; N] {
    let open = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    open.map(|listener| listener.local_addr().unwrap().port())
}

/// Writes a roster: each student with a sandbox and a production port.
fn write_roster(folder: &Folder, students: &[(&str, [u16; 2])]) {
    let first = "student,name,email,host,sandbox,production\n".to_owned();
    let text = students.iter().fold(first, |all, (student, ports)| {
        let [sandbox, production] = ports;
        all + &format!("{student},,,localhost,{sandbox},{production}\n")
    });
    folder.write("roster.csv", &text, 0o600);
}

/// Hosts the roster; up as soon as the copy on `port` answers.
async fn host(folder: &Folder, port: u16, arguments: &[&str]) -> Copy {
    let always = ["host", "roster.csv", "--bind", "127.0.0.1"];
    folder
        .serve_on(port, &[&always[..], arguments].concat())
        .await
}

async fn on_sqlite(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn rows(connection: &mut SqliteConnection, port: u16) -> i64 {
    let query = format!("SELECT COUNT(*) FROM s_{port}_session");
    let count = sqlx::query_scalar(&query).fetch_one(connection).await;
    count.unwrap()
}

/// Whether anything answers on `port`.
async fn is_served(port: u16) -> bool {
    let visitor = Visitor::new(port);
    let asked = visitor.try_request(Method::GET, "/assets/sweatbox.css", &[]);
    asked.await.is_ok()
}

#[tokio::test]
async fn six_copies_of_one_process_in_one_browser_never_mix() {
    let folder = Folder::new();
    let ports: [u16; 6] = free_ports();
    let [a, b, c, d, e, f] = ports;
    write_roster(
        &folder,
        &[("ann", [a, b]), ("bob", [c, d]), ("cat", [e, f])],
    );
    let hosted = host(&folder, a, &[]).await;
    let browser = Visitor::new(a);
    for port in ports {
        assert_eq!(browser.at_port(port).refresh().await.seconds(), 0);
    }
    for port in [a, c, e] {
        assert_eq!(browser.at_port(port).refresh().await.seconds(), 1);
    }
    assert_eq!(browser.cookies().len(), 6);
    for (port, waits) in ports.into_iter().zip([1, 0, 1, 0, 1, 0]) {
        assert!(browser.cookie(&format!("s{port}Cookie")).is_some());
        let copy = browser.at_port(port);
        assert_eq!(copy.get("/?haveEnough=0").await.seconds(), waits);
    }
    // The value of one copy's cookie is worth nothing under another one's name.
    let thief = Visitor::new(b);
    let value = browser.cookie(&format!("s{a}Cookie")).unwrap();
    thief.plant(&format!("s{b}Cookie"), &value);
    assert_eq!(thief.get("/?haveEnough=0").await.seconds(), 0);

    let number = c.to_string();
    let arguments = ["sessions", "count", "--port", &number];
    let counted = folder.run_soon(&arguments).await;
    assert_eq!(String::from_utf8(counted.stdout).unwrap(), "1\n");
    let log = hosted.log();
    assert!(log.contains("hosts 6 copies of 3 students"), "{log}");
    assert!(log.contains(&format!(" port={a}")), "{log}");
    assert_eq!(hosted.stop().await, Some(0));
    let mut file = on_sqlite(&folder.path("sweatbox.sqlite")).await;
    for port in ports {
        assert_eq!(rows(&mut file, port).await, 1, "s_{port}_session");
    }
}

#[tokio::test]
async fn each_hosted_copy_is_opened_by_its_own_owner_token() {
    let folder = Folder::new();
    let [a, b] = free_ports();
    write_roster(&folder, &[("ann", [a, b])]);
    let _hosted = host(&folder, a, &[]).await;
    let learner = serde_json::json!({ "learner": "9b2f6a1c-0d3e-4f5a-8b7c-6d5e4f3a2b1c" });
    let token = folder.run_soon(&["token", "--port", &a.to_string()]).await;
    let token = String::from_utf8(token.stdout).unwrap();
    let token = token.lines().next().unwrap();
    let bearer = format!("Bearer {token}");
    for port in [a, b] {
        let visitor = Visitor::new(port);
        let owner = [("authorization", &*bearer)];
        visitor.refresh().await.expect(200);
        visitor.refresh().await.expect(200);
        visitor.has_enough().await.expect(200);
        let sent = visitor.send(Method::POST, "/progress", &owner, &learner);
        sent.await.expect(200);
        let claimed = visitor.get("/status.json").await.expect(200).text;
        let status: serde_json::Value = serde_json::from_str(&claimed).unwrap();
        let known = status["claimed"].as_object().unwrap();
        assert_eq!(known.is_empty(), port == b, "{status}");
    }
}

#[tokio::test]
async fn a_foreign_table_costs_its_own_copy_alone() {
    let folder = Folder::new();
    let [a, b] = free_ports();
    write_roster(&folder, &[("ann", [a, b])]);
    let file = folder.path("sweatbox.sqlite");
    sweatbox::config::private_file(&file).unwrap();
    let foreign =
        |port: u16| format!("CREATE TABLE s_{port}_session (session_id TEXT, expires INT)");
    let mut connection = on_sqlite(&file).await;
    connection.execute(&*foreign(a)).await.unwrap();
    let hosted = host(&folder, b, &[]).await;
    let (ann, other) = (Visitor::new(a), Visitor::new(b));
    ann.refresh().await.expect(503);
    ann.get("/healthz").await.expect(503);
    assert_eq!(other.refresh().await.seconds(), 0);
    assert!(
        hosted
            .log()
            .contains("other columns (session_id TEXT, expires INT)")
    );

    // The mend is taken up while the class goes on; then the other table is replaced under way.
    let rename = format!("ALTER TABLE s_{a}_session RENAME TO s_{a}_session_express");
    connection.execute(&*rename).await.unwrap();
    eventually("the mended copy answers", SOON, async || {
        ann.refresh().await.status == 200
    })
    .await;
    let drop = format!("DROP TABLE s_{b}_session");
    connection.execute(&*drop).await.unwrap();
    connection.execute(&*foreign(b)).await.unwrap();
    eventually("the other table is noticed", SOON, async || {
        other.get("/?haveEnough=1").await.status == 503
    })
    .await;
    ann.has_enough().await.expect(200);
}

#[tokio::test]
async fn sighup_adds_and_removes_copies_and_leaves_the_others_alone() {
    let folder = Folder::new();
    let [a, b, c, d, e, f] = free_ports();
    let (ann, bob, cat) = (("ann", [a, b]), ("bob", [c, d]), ("cat", [e, f]));
    write_roster(&folder, &[ann, bob]);
    let hosted = host(&folder, c, &[]).await;
    let visitor = Visitor::new(c);
    visitor.refresh().await;
    visitor.refresh().await;
    write_roster(&folder, &[bob, cat]);
    hosted.signal("-HUP");
    Visitor::of_starting(e).await.refresh().await.expect(200);
    eventually("those that are gone are stopped", SOON, async || {
        !is_served(a).await && !is_served(b).await
    })
    .await;
    assert_eq!(visitor.get("/?haveEnough=0").await.seconds(), 1);
    assert!(is_served(d).await && is_served(f).await);
    eventually("what was done is told", SOON, async || {
        let told = "roster read again added=2 removed=2 copies=4";
        hosted.log().contains(told)
    })
    .await;
    assert_eq!(hosted.stop().await, Some(0));
}

#[tokio::test]
async fn a_roster_that_cannot_be_followed_changes_nothing_and_says_so() {
    let folder = Folder::new();
    let [a, b, c] = free_ports();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = (taken.local_addr().unwrap().port(), taken);
    write_roster(&folder, &[("ann", [a, b])]);
    let hosted = host(&folder, a, &[]).await;
    let refused = async |what: &str| {
        hosted.signal("-HUP");
        eventually(what, SOON, async || hosted.log().contains(what)).await;
        assert!(is_served(a).await && is_served(b).await && !is_served(c).await);
    };
    folder.write("roster.csv", "student,name\nann,A\n", 0o600);
    refused("roster.csv, line 1, column 3: `email` is missing").await;
    write_roster(&folder, &[("bob", [c, taken.0])]);
    refused(&format!("port {} is taken", taken.0)).await;
    assert!(hosted.log().contains("the copies go on as before"));
}

#[tokio::test]
async fn all_ports_that_are_taken_are_named_at_once() {
    let folder = Folder::new();
    let taken = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [a, b] = taken.each_ref().map(|one| one.local_addr().unwrap().port());
    let [c, d] = free_ports();
    write_roster(&folder, &[("ann", [a, c]), ("bob", [b, d])]);
    let always = ["host", "roster.csv", "--bind", "127.0.0.1"];
    let refused = folder.run_soon(&always).await;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("2 of 4 ports cannot be opened"), "{text}");
    for port in [a, b] {
        assert!(text.contains(&format!("port {port} is taken")), "{text}");
    }
}

#[tokio::test]
async fn what_a_class_cannot_have_is_refused() {
    let folder = Folder::new();
    let [a, b] = free_ports();
    write_roster(&folder, &[("ann", [a, b])]);
    for (more, expected) in [
        (["--port", "41220"], "the roster has the ports"),
        (["--replicas", "--all"], "a hosted class is one process"),
        (["--quiet", "--all"], "unexpected argument"),
    ] {
        let refused = folder
            .run_soon(&[&["host", "roster.csv"][..], &more[..]].concat())
            .await;
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let text = String::from_utf8(refused.stderr).unwrap();
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_copy_whose_table_is_locked_leaves_the_others_their_share_of_connections() {
    let server = shared_mariadb().await;
    let database = server.new_database().await;
    let folder = Folder::new();
    folder.write_home(
        ".mysqlSecrets.json",
        &server.credentials_json(&database),
        0o600,
    );
    let [a, b] = free_ports();
    write_roster(&folder, &[("ann", [a, b])]);
    let hosted = host(&folder, a, &[]).await;
    let (stuck, other) = (Visitor::new(a), Visitor::new(b));
    stuck.refresh().await.expect(200);
    other.refresh().await.expect(200);
    let mut holder = server.connection().await;
    let lock = format!("LOCK TABLES {database}.s_{a}_session WRITE");
    holder.execute(&*lock).await.unwrap();
    let mut flood = JoinSet::new();
    for _ in 0..40 {
        // New visitors each, so that none waits for the lock of a session.
        let visitor = Visitor::new(a);
        flood.spawn(async move { visitor.refresh().await.status });
    }
    for _ in 0..20 {
        other.has_enough().await.expect(200);
    }
    for status in flood.join_all().await {
        assert_eq!(status, 503);
    }
    drop(holder);
    eventually("the copy is back", SOON, async || {
        stuck.has_enough().await.status == 200
    })
    .await;
    assert_eq!(hosted.stop().await, Some(0));
}
