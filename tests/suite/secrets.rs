//! Where secrets must not come to light: a dump of the memory, a panic's message, a log.

use crate::support::{Copy, Folder, Storage, TestApp, Visitor, alone, free_port, shared_mariadb};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::ExposeSecret;
use serde_json::json;
use std::{
    fs,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
};
use sweatbox::identity::{Identity, InstallKey, Port};
use tracing::Level;
use tracing_subscriber::{
    filter::Targets, fmt as lines, layer::SubscriberExt, util::SubscriberInitExt,
};

#[tokio::test]
async fn a_copy_that_crashes_leaves_no_dump() {
    let folder = Folder::new();
    let port = free_port();
    // As much as this host allows, as in a shell of somebody who debugs.
    let program = env!("CARGO_BIN_EXE_sweatbox");
    let script = "ulimit -c unlimited 2>/dev/null; exec \"$@\"";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, "sh", program, "--bind", "127.0.0.1"])
        .args(["--port", &port.to_string()])
        .current_dir(folder.path("."))
        .env("HOME", folder.home("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut process = shell.spawn().unwrap();
    Visitor::of_starting(port).await.refresh().await.expect(200);
    let pid = process.id().to_string();
    let limit = core_limit(&pid);
    assert_eq!(limit, ["0", "0"], "soft and hard");
    let killed = Command::new("kill").args(["-ABRT", &pid]).status();
    assert!(killed.unwrap().success());
    let status = process.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
}

#[tokio::test]
async fn whoever_wants_to_debug_may() {
    let folder = Folder::new();
    let port = free_port();
    let port_flag = port.to_string();
    let flags = ["--bind", "127.0.0.1", "--port", &port_flag, "--debuggable"];
    let copy = folder.serve_on(port, &flags).await;
    let pid = copy.process.id().to_string();
    assert_eq!(core_limit(&pid), core_limit("self"));
}

#[tokio::test]
async fn a_panic_s_message_tells_no_secret() {
    let Some(told) = alone("secrets::a_panic_s_message_tells_no_secret") else {
        return panic_with_everything_at_hand().await;
    };
    assert!(
        told.contains("panicked at") && told.contains("on purpose"),
        "{told}"
    );
    assert!(told.contains("a handler panicked"), "{told}");
    let backwards = told
        .lines()
        .find_map(|line| line.strip_prefix("backwards: "));
    let cookie: String = backwards.unwrap().chars().rev().collect();
    let mut secrets = secrets_of(&"5a".repeat(32), 41220);
    secrets.extend(parts_of(&cookie));
    tells_none(&told, &secrets);
}

/// A visitor with a session, an owner with a token, a log of everything, and a panic.
async fn panic_with_everything_at_hand() {
    tracing_subscriber::registry()
        .with(lines::layer().with_writer(std::io::stderr))
        .with(Targets::new().with_target("sweatbox", Level::TRACE))
        .init();
    let app = TestApp::start(Storage::Sqlite).await;
    let visitor = app.visitor();
    visitor.get("/t/login").await.expect(200);
    let token = format!("Bearer {}", app.identity.owner_token.expose_secret());
    let headers = [("authorization", &*token)];
    let panicked = visitor.request(reqwest::Method::GET, "/t/set-and-panic", &headers);
    panicked.await.expect(500);
    let cookie = visitor.cookie(app.cookie_name()).unwrap();
    // So that whoever reads this output knows what must not be in it.
    println!("\nbackwards: {}", cookie.chars().rev().collect::<String>());
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_log_of_everything_tells_no_secret() {
    let server = shared_mariadb().await;
    // The most that can be asked for, and a part of each library that is kept quiet.
    let filter = "trace,h2::codec=trace,h2::hpack=trace,hyper::proto=trace,hyper_util=trace,\
                  sqlx::query=trace,rustls::server=trace,tower_sessions_core::session=trace";
    for format in ["text", "json"] {
        let folder = Folder::new();
        let credentials = server.credentials_json(&server.new_database().await);
        folder.write_home(".mysqlSecrets.json", &credentials, 0o600);
        let port = free_port();
        folder.write(".port", &port.to_string(), 0o644);
        let flags = [
            "--bind",
            "127.0.0.1",
            "--log",
            filter,
            "--log-format",
            format,
        ];
        let copy = folder.serve_on(port, &flags).await;
        let key = fs::read_to_string(folder.home(".config/sweatbox/install.key")).unwrap();
        let mut secrets = secrets_of(key.trim(), port);
        secrets.push(server.credentials("x").password.expose_secret().to_owned());
        let passed = pass_secrets(&copy, &secrets).await;
        secrets.extend(passed);
        let listed = folder.run(&["sessions", "list"]);
        assert!(listed.status.success(), "{listed:?}");
        let log = copy.log();
        assert!(log.lines().count() > 10, "{log}");
        tells_none(&log, &secrets);
        for output in [listed.stdout, listed.stderr] {
            tells_none(&String::from_utf8_lossy(&output), &secrets);
        }
    }
}

/// Sends what is secret to a copy, good and bad; the cookies that came back.
async fn pass_secrets(copy: &Copy, secrets: &[String]) -> Vec<String> {
    let visitor = copy.visitor();
    visitor.refresh().await.expect(200);
    visitor.submit("/0410/login", &[("name", "ann")]).await;
    let learner = json!({ "learner": "00000000-0000-4000-8000-000000000000" });
    for token in secrets {
        let token = format!("Bearer {token}");
        let headers = [("authorization", &*token)];
        let ticked = visitor.send(reqwest::Method::POST, "/progress", &headers, &learner);
        ticked.await.expect(200);
    }
    let forged = copy.visitor();
    let name = format!("s{}Cookie", copy.port);
    let good = visitor.cookie(&name).unwrap();
    forged.plant(&name, &good.chars().rev().collect::<String>());
    forged.refresh().await.expect(200);
    let jars = [visitor.cookies(), forged.cookies()].concat();
    let values = jars.iter().filter_map(|pair| pair.split_once('='));
    values.flat_map(|(_, value)| parts_of(value)).collect()
}

/// A cookie, its signature and its id.
fn parts_of(cookie: &str) -> Vec<String> {
    let (signature, id) = cookie.split_at(cookie.len().saturating_sub(22));
    let parts = [cookie, signature, id].map(str::to_owned);
    parts.into_iter().filter(|part| part.len() >= 22).collect()
}

/// Everything that follows from an install key and a port, in each form in which it is written.
fn secrets_of(install_key: &str, port: u16) -> Vec<String> {
    let key: InstallKey = install_key.parse().unwrap();
    let identity = Identity::derive(Port::new(port).unwrap(), &key);
    let mut secrets = vec![
        install_key.to_owned(),
        identity.owner_token.expose_secret().to_owned(),
    ];
    let cookie_key = &identity.cookie_key;
    for half in [cookie_key.signing(), cookie_key.encryption()] {
        secrets.push(half.iter().map(|byte| format!("{byte:02x}")).collect());
        secrets.push(STANDARD.encode(half));
        secrets.push(URL_SAFE_NO_PAD.encode(half));
        // As debug output shows bytes.
        secrets.push(format!("{half:?}").trim_matches(['[', ']']).to_owned());
    }
    secrets
}

#[track_caller]
fn tells_none(text: &str, secrets: &[String]) {
    assert!(secrets.len() >= 10);
    for secret in secrets {
        assert!(
            !secret.is_empty() && !text.contains(secret),
            "{secret} is told"
        );
    }
}

/// The soft and the hard limit of a process's core dumps.
fn core_limit(pid: &str) -> [String; 2] {
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"));
    let mut words = line.unwrap().split_whitespace().map(str::to_owned);
    [words.next().unwrap(), words.next().unwrap()]
}
