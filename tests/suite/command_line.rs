//! The commands: what they print, and their exit codes.

use crate::support::{Folder, free_port};
use serde_json::Value;
use std::process::{Output, Stdio};

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn names_prints_what_a_port_decides() {
    let folder = Folder::new();
    let output = folder.run(&["names", "41220"]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for part in [
        "s41220Cookie",
        "s_41220_\n",
        "s_41220_session",
        "s:41220:",
        "HKDF-SHA256(install key, sweatbox/v1/cookie/41220)",
        "HKDF-SHA256(install key, sweatbox/v1/owner/41220)",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let output = folder.run(&["names", "65536"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("`65536` is not a port"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn token_prints_the_same_token_each_time_and_another_for_another_port() {
    let folder = Folder::new();
    let token = |port: &str| {
        let output = folder.run(&["token", "--port", port]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    let text = token("41220");
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    assert_eq!(first.len(), 43, "base64url of 32 bytes");
    let link = lines.next().unwrap();
    assert!(link.ends_with(&format!(":41220/#token={first}")), "{link}");
    assert_eq!(token("41220"), text);
    assert_ne!(token("41221").lines().next(), Some(first));
}

#[test]
fn doctor_looks_at_everything_in_order_and_makes_nothing() {
    let folder = Folder::new();
    let port = free_port().to_string();
    let output = folder.run(&["doctor", "--port", &port]);
    let text = stdout(&output);
    let checks: Vec<_> = text.lines().filter(|line| line.starts_with("ok")).collect();
    let names = [
        "port",
        "install key",
        "credentials",
        "certificate",
        "store",
        "listen",
        "claim",
    ];
    assert_eq!(checks.len(), names.len(), "{text}");
    for (line, name) in checks.iter().zip(names) {
        assert!(line[9..].starts_with(name), "{line}");
    }
    assert!(text.contains("`sweatbox` will start"));
    assert_eq!(output.status.code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(folder.path(".")).unwrap().collect();
    assert_eq!(left.len(), 1, "only the home folder: {left:?}");
    assert_eq!(std::fs::read_dir(folder.home(".")).unwrap().count(), 0);
}

#[test]
fn doctor_names_the_mend_and_fails_when_serve_would_refuse() {
    let folder = Folder::new();
    folder.write(".port", "x", 0o644);
    folder.write_home(".config/sweatbox/install.key", "short", 0o600);
    let output = folder.run(&["doctor"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("FAILED   port         .port, line 1"),
        "{text}"
    );
    assert!(text.contains("to mend it: echo 41220 > .port"), "{text}");
    assert!(text.contains("FAILED   install key"), "{text}");
    assert!(text.contains("skipped  store"), "{text}");
    assert!(text.contains("`sweatbox` would not start"), "{text}");
}

#[test]
fn doctor_speaks_json() {
    let folder = Folder::new();
    folder.write(".port", "x", 0o644);
    let output = folder.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["starts"], false);
    assert_eq!(report["checks"][0]["check"], "port");
    assert_eq!(report["checks"][0]["verdict"], "failed");
    assert!(
        report["checks"][0]["mend"]
            .as_str()
            .unwrap()
            .contains("echo 41220")
    );
    assert_eq!(report["checks"][1]["verdict"], "ok");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn doctor_knows_a_running_copy_by_its_port_and_its_table() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let text = stdout(&folder.run(&["doctor"]));
    assert!(
        text.contains(&format!("; s_{}_session is there", copy.port)),
        "{text}"
    );
    let taken = format!(
        "port {} is taken by a program of yours: another copy",
        copy.port
    );
    assert!(text.contains(&taken), "{text}");
}

#[tokio::test]
async fn doctor_finds_a_database_of_another_install_key_before_there_is_one() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    assert_eq!(copy.stop().await, Some(0));
    std::fs::remove_file(folder.home(".config/sweatbox/install.key")).unwrap();
    let output = folder.run(&["doctor"]);
    assert!(
        stdout(&output).contains("under another install key"),
        "{}",
        stdout(&output)
    );
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn a_taken_port_is_refused_with_whose_it_could_be() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let second = Folder::second(&folder);
    let output = second.run(&["--port", &copy.port.to_string(), "--bind", "127.0.0.1"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.contains("is taken by a program of yours: another copy"),
        "{text}"
    );
    assert!(text.contains("ss -ltnp"), "{text}");
}

#[tokio::test]
async fn an_assigned_port_is_opened_for_both_address_families_or_neither() {
    let folder = Folder::new();
    let port = free_port();
    // Another user holds the IPv4 half.
    let half = std::net::TcpListener::bind(("0.0.0.0", port)).unwrap();
    let output = folder.run(&["--port", &port.to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is taken"), "{}", stderr(&output));
    drop(half);
    let _copy = folder.serve_on(port, &["--port", &port.to_string()]).await;
    assert!(std::net::TcpListener::bind(("0.0.0.0", port)).is_err());
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["--no-such-flag"]).status.code(), Some(2));
    assert_eq!(folder.run(&["no-such-command"]).status.code(), Some(2));
    assert_eq!(folder.run(&["--bind", "nowhere"]).status.code(), Some(2));
    // A flag before a command would be for another command.
    assert_eq!(
        folder.run(&["--port", "1", "doctor"]).status.code(),
        Some(2)
    );
    assert_eq!(
        folder.run(&["--log", "=[", "--port", "1"]).status.code(),
        Some(2)
    );
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let folder = Folder::new();
    let mut command = folder.command();
    let command = command
        .args(["names", "41220"])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn help_tells_about_every_command() {
    let folder = Folder::new();
    let text = stdout(&folder.run(&["--help"]));
    for command in [
        "serve",
        "doctor",
        "names",
        "token",
        "--port",
        "SWEATBOX_PORT",
    ] {
        assert!(text.contains(command), "{command} in {text}");
    }
}

#[tokio::test]
async fn the_log_has_one_line_a_request_and_no_secret() {
    let folder = Folder::new();
    let port = free_port();
    let arguments = [
        "--bind",
        "127.0.0.1",
        "--log",
        "trace",
        "--log-format",
        "json",
    ];
    folder.write(".port", &port.to_string(), 0o644);
    let copy = folder.serve_on(port, &arguments).await;
    let visitor = copy.visitor();
    visitor.refresh().await.expect(200);
    visitor
        .get("/?haveEnough=1&secret=query-text")
        .await
        .expect(200);
    visitor.plant("other", "another-port-s-cookie");
    visitor.get("/nowhere").await.expect(404);
    let log = copy.log();
    let requests: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| {
            line["message"] == "request" && line["path"] != "/assets/sweatbox.css"
        })
        .collect();
    assert_eq!(requests.len(), 3, "{log}");
    assert_eq!(requests[2]["status"], 404);
    assert_eq!(requests[0]["method"], "GET");
    let cookie = visitor.cookie(&format!("s{port}Cookie")).unwrap();
    let (signature, id) = cookie.split_at(cookie.len() - 22);
    let key = std::fs::read_to_string(folder.home(".config/sweatbox/install.key")).unwrap();
    let token = stdout(&folder.run(&["token"]));
    let token = token.lines().next().unwrap();
    for secret in [
        signature,
        id,
        key.trim(),
        token,
        "query-text",
        "another-port-s-cookie",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
