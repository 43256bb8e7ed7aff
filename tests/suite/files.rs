//! The files that a copy reads: each one missing, and each one wrong.

use crate::support::{Folder, Visitor, eventually, free_port, shared_mariadb};
use reqwest::Method;
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

/// A folder in which nothing is wrong yet: a port of its own and no other file.
fn folder() -> (Folder, u16) {
    let folder = Folder::new();
    let port = free_port();
    folder.write(".port", &format!("{port}\n"), 0o644);
    (folder, port)
}

/// Asserts that `serve` refuses with exit code 2 and says each of `parts`.
#[track_caller]
fn assert_refused(output: &Output, parts: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    assert!(text.contains("to mend it: "), "{text}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

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
async fn files_are_private_even_with_umask_0() {
    let (folder, port) = folder();
    let program = env!("CARGO_BIN_EXE_sweatbox");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("umask 0; exec {program} --bind 127.0.0.1")])
        .current_dir(folder.path("."))
        .env("HOME", folder.home("."));
    let mut process = shell.spawn().unwrap();
    let visitor = Visitor::new(port);
    eventually("it answers", Duration::from_secs(20), async || {
        visitor
            .try_request(Method::GET, "/healthz", &[])
            .await
            .is_ok()
    })
    .await;
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(mode(&folder.home(".config/sweatbox/install.key")), 0o600);
    assert_eq!(mode(&folder.path("certs/selfsigned.key")), 0o600);
    assert_eq!(mode(&folder.path("sweatbox.sqlite")), 0o600);
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

#[tokio::test]
async fn without_a_port_file_it_is_a_private_trial_on_sqlite() {
    let folder = Folder::new();
    // Credentials are there, and a trial does not use them.
    let credentials = r#"{"user":"u","database":"d","port":1}"#;
    folder.write_home(".mysqlSecrets.json", credentials, 0o600);
    let output = folder.run(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("a private trial on "), "{text}");
    assert!(text.contains("echo 41220 > .port"), "{text}");
    assert!(text.contains("SQLite in sweatbox.sqlite"), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn a_trial_takes_a_free_port_when_8443_is_taken_and_tells_how_to_reach_it() {
    // Whether this works or somebody else holds the port: taken it is.
    let _taken = std::net::TcpListener::bind("127.0.0.1:8443");
    let folder = Folder::new();
    let mut command = folder.command();
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let port: u16 = first.rsplit(' ').next().unwrap().parse().unwrap();
    assert_ne!(port, 8443);
    let rest: Vec<_> = lines.by_ref().take(6).map(Result::unwrap).collect();
    let rest = rest.join("\n");
    assert!(
        rest.contains(&format!("https://localhost:{port}/")),
        "{rest}"
    );
    assert!(
        rest.contains(&format!("ssh -L {port}:localhost:{port}")),
        "{rest}"
    );
    assert!(rest.contains("echo 41220 > .port"), "{rest}");
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn a_wrong_port_file_is_refused_with_its_line() {
    let folder = Folder::new();
    for (text, parts) in [
        (
            "# mine\n70000\n",
            &[".port, line 2: `70000` is not a port", "1 to 65535"],
        ),
        (
            "hello",
            &[".port, line 1: `hello` is not a port", "echo 41220 > .port"],
        ),
        ("", &[".port: no port in it", "echo 41220 > .port"]),
        (
            "1\n2",
            &[".port, line 2: a second port, 2, after 1", "echo"],
        ),
    ] {
        folder.write(".port", text, 0o644);
        assert_refused(&folder.run(&[]), parts);
    }
    fs::write(folder.path(".port"), b"412\xff").unwrap();
    assert_refused(&folder.run(&[]), &[".port is not UTF-8 text (byte 4)"]);
    fs::remove_file(folder.path(".port")).unwrap();
    fs::create_dir(folder.path(".port")).unwrap();
    assert_refused(
        &folder.run(&[]),
        &["cannot read .port", "mv .port .port.old"],
    );
}

#[test]
fn the_flag_goes_before_the_environment_and_that_before_the_file() {
    let (folder, _) = folder();
    folder.write(".port", "41220", 0o644);
    let port_line = |command: &mut Command| {
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    let from_file = port_line(folder.command().arg("doctor"));
    assert!(from_file.ends_with(" 41220"), "{from_file}");
    let environment = port_line(folder.command().arg("doctor").env("SWEATBOX_PORT", "41221"));
    assert!(environment.ends_with(" 41221"), "{environment}");
    let flag = port_line(
        folder
            .command()
            .args(["doctor", "--port", "41222"])
            .env("SWEATBOX_PORT", "41221"),
    );
    assert!(flag.ends_with(" 41222"), "{flag}");
    assert_refused(
        &folder.run(&["--port", "0"]),
        &["--port", "`0` is not a port"],
    );
}

#[test]
fn wrong_credentials_files_are_refused() {
    let (folder, _) = folder();
    let file = folder.home(".mysqlSecrets.json").display().to_string();
    let write = |text, mode| folder.write_home(".mysqlSecrets.json", text, mode);

    write("{\n  \"user\": \"u\",\n  \"host\" 1\n}", 0o600);
    assert_refused(&folder.run(&[]), &[&file, "at line 3 column 10"]);

    let good = r#"{"user":"u","database":"d"}"#;
    for shared in [0o640, 0o604, 0o666] {
        write(good, shared);
        let parts = [
            &*format!("chmod 600 {file}"),
            &*format!("mode {shared:03o}"),
        ];
        assert_refused(&folder.run(&[]), &parts);
    }
    write(r#"{"user":"u"}"#, 0o600);
    assert_refused(
        &folder.run(&[]),
        &[&file, "the key `database` is missing or empty"],
    );
    write(r#"{"user":"u","database":"d","driver":"oracle"}"#, 0o600);
    assert_refused(
        &folder.run(&[]),
        &[&file, "unknown driver `oracle`; known: `mysql`, `sqlite`"],
    );
}

#[test]
fn a_given_credentials_file_must_be_there() {
    let (folder, _) = folder();
    let refused = folder.run(&["--credentials", "nowhere.json"]);
    assert_refused(&refused, &["there is no credentials file nowhere.json"]);
    let refused = folder.run(&["--store", "mysql"]);
    assert_refused(
        &refused,
        &["--store mysql needs credentials", ".mysqlSecrets.json"],
    );
    folder.write(
        "c.json",
        r#"{"driver":"sqlite","database":"x.sqlite"}"#,
        0o600,
    );
    let refused = folder.run(&["--store", "mysql", "--credentials", "c.json"]);
    assert_refused(
        &refused,
        &["--store mysql and c.json do not go together: the file is for sqlite"],
    );
}

#[test]
fn without_credentials_sessions_live_in_the_embedded_file() {
    let (folder, _) = folder();
    let text = String::from_utf8(folder.run(&["doctor"]).stdout).unwrap();
    assert!(
        text.contains("none needed: SQLite in sweatbox.sqlite"),
        "{text}"
    );
}

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

#[test]
fn a_wrong_install_key_is_refused_and_never_replaced() {
    let (folder, _) = folder();
    let file = ".config/sweatbox/install.key";
    for (text, found) in [
        ("", "found 0 digits"),
        ("abc", "found 3 digits"),
        ("no", "'n'"),
    ] {
        folder.write_home(file, text, 0o600);
        assert_refused(&folder.run(&[]), &["install.key", found, "mv "]);
        assert_eq!(fs::read_to_string(folder.home(file)).unwrap(), text);
    }
    folder.write_home(file, &"ab".repeat(32), 0o644);
    assert_refused(&folder.run(&[]), &["chmod 600 ", "install.key"]);
}

#[test]
fn a_home_where_no_key_can_be_made_is_refused() {
    let (folder, _) = folder();
    fs::write(folder.home(".config"), "a file, where a folder should be").unwrap();
    assert_refused(&folder.run(&[]), &["install.key", "ls -ld"]);
    let doctor = folder.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1), "`doctor` would let it start");
    let mut command = folder.command();
    let output = command
        .env("XDG_CONFIG_HOME", folder.path("config"))
        .arg("doctor")
        .output();
    assert_eq!(output.unwrap().status.code(), Some(0));
}

#[test]
fn a_damaged_or_shared_database_file_is_refused_and_kept() {
    let (folder, _) = folder();
    let garbage = "this is no database, but somebody's essay ".repeat(100);
    folder.write("sweatbox.sqlite", &garbage, 0o600);
    assert_refused(
        &folder.run(&[]),
        &[
            "sweatbox.sqlite is damaged or is no database",
            "mv sweatbox.sqlite sweatbox.sqlite.old",
        ],
    );
    assert_eq!(
        fs::read_to_string(folder.path("sweatbox.sqlite")).unwrap(),
        garbage
    );
    folder.write("sweatbox.sqlite", "", 0o644);
    assert_refused(&folder.run(&[]), &["chmod 600 sweatbox.sqlite"]);
}

#[tokio::test]
async fn a_database_made_under_another_install_key_is_refused() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let port = copy.port;
    assert_eq!(copy.stop().await, Some(0));
    folder.write("other.key", &"cd".repeat(32), 0o600);
    let refused = folder.run(&["--install-key", "other.key"]);
    let drop = format!("DROP TABLE s_{port}_session, s_{port}_meta;");
    assert_refused(
        &refused,
        &["under another install key", &drop, "--install-key"],
    );
}

#[test]
fn a_server_that_is_not_there_is_no_reason_not_to_start() {
    let (folder, _) = folder();
    let text = format!(
        r#"{{"host":"127.0.0.1","port":{},"user":"u","database":"d"}}"#,
        free_port()
    );
    folder.write_home(".mysqlSecrets.json", &text, 0o600);
    let output = folder.run(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("warning  store"), "{text}");
    assert!(text.contains("start the database"), "{text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
}

#[tokio::test]
async fn a_copy_starts_while_its_database_is_away_and_says_so() {
    let (folder, port) = folder();
    let text = format!(
        r#"{{"host":"127.0.0.1","port":{},"user":"u","database":"d"}}"#,
        free_port()
    );
    folder.write_home(".mysqlSecrets.json", &text, 0o600);
    let copy = folder.serve_on(port, &["--bind", "127.0.0.1"]).await;
    assert!(
        copy.log().contains("the session store is down"),
        "{}",
        copy.log()
    );
    copy.visitor().refresh().await.expect(503);
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_wrong_password_or_an_unknown_database_is_refused() {
    let (folder, _) = folder();
    let server = shared_mariadb().await;
    let database = server.new_database().await;
    let good = server.credentials_json(&database);
    let wrong = good.replace("a-password", "another-password");
    folder.write_home(".mysqlSecrets.json", &wrong, 0o600);
    let refused = folder.run(&[]);
    assert_refused(
        &refused,
        &[
            "wrong user or password",
            "correct `user` and `password` in ",
            ".mysqlSecrets.json",
        ],
    );
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!log.contains("another-password"), "{log}");
    let unknown = good.replace(&database, "nowhere");
    folder.write_home(".mysqlSecrets.json", &unknown, 0o600);
    assert_refused(
        &folder.run(&[]),
        &["there is no such database", "correct `database` in "],
    );
}
