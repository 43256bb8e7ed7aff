//! `.port` missing and wrong, and who goes before it.

use super::{assert_refused, folder};
use crate::support::Folder;
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

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
