//! The units for systemd, as far as they can be tried without it being in charge.

use super::{names_in, succeed};
use crate::support::{Folder, Visitor, free_port};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const COPY: &str = "sweatbox@.service";
const CLASS: &str = "sweatbox-host.service";

fn unit(name: &str) -> String {
    fs::read_to_string(Path::new("packaging").join(name)).unwrap()
}

/// The values of `key` in a unit, in their order.
fn settings<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let pairs = unit.lines().filter_map(|line| line.split_once('='));
    pairs
        .filter(|(name, _)| *name == key)
        .map(|(_, value)| value)
        .collect()
}

#[tokio::test]
async fn a_copy_that_is_started_as_its_unit_says_keeps_everything_in_its_folder() {
    let folder = Folder::new();
    let port = free_port();
    let unit = unit(COPY)
        .replace("%S", folder.path("state").to_str().unwrap())
        .replace("%i", &port.to_string());
    let place = settings(&unit, "WorkingDirectory")[0];
    fs::create_dir_all(place).unwrap();
    let words = settings(&unit, "ExecStart")[0].split_whitespace().skip(1);
    let environment = settings(&unit, "Environment");
    let environment = environment.iter().filter_map(|pair| pair.split_once('='));
    let mut command = folder.command();
    command
        .args(words)
        .current_dir(place)
        .envs(environment)
        // Tests are nobody else's business.
        .env("SWEATBOX_BIND", "127.0.0.1")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut command = tokio::process::Command::from(command);
    let mut process = command.kill_on_drop(true).spawn().unwrap();
    Visitor::of_starting(port).await.refresh().await.expect(200);
    for made in ["install.key", "sweatbox.sqlite", "certs/selfsigned.key"] {
        assert!(Path::new(place).join(made).exists(), "{made}");
    }
    assert_eq!(names_in(&folder.path(".")), ["home", "state"]);
    assert!(names_in(&folder.home(".")).is_empty());

    let signal = settings(&unit, "KillSignal")[0].trim_start_matches("SIG");
    let pid = process.id().unwrap().to_string();
    succeed(Command::new("kill").args([&format!("-{signal}"), &pid]));
    let patience = settings(&unit, "TimeoutStopSec")[0].parse().unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(patience), process.wait()).await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(0));
}

#[test]
fn both_units_shut_the_same_doors() {
    let doors = |name| {
        let text = unit(name);
        let start = text.find("# Nothing of the host").unwrap();
        text[start..].to_owned()
    };
    assert_eq!(doors(COPY), doors(CLASS));
}

/// What systemd says against a unit, if anything.
fn objections(folder: &Folder, name: &str, unit: &str) -> String {
    // systemd looks whether the program is there; it is where this build put it.
    let unit = unit.replace("/usr/bin/sweatbox", env!("CARGO_BIN_EXE_sweatbox"));
    folder.write(name, &unit, 0o644);
    let analyze = |arguments: &[&str]| {
        let mut command = Command::new("systemd-analyze");
        let output = command.args(arguments).arg(folder.path(name)).output();
        output.unwrap()
    };
    let verified = analyze(&["verify", "--man=no"]);
    // A setting that systemd does not know is a warning to it, and no error.
    let told = String::from_utf8(verified.stderr).unwrap();
    let ours = told.lines().filter(|line| line.contains("sweatbox"));
    let mut objections: Vec<_> = ours.map(String::from).collect();
    if !verified.status.success() {
        objections.push(format!("verify: {}", verified.status));
    }
    // Its own measure, times ten: a server cannot do without a network (5) and its addresses.
    let rated = analyze(&["security", "--offline=true", "--no-pager", "--threshold=15"]);
    if !rated.status.success() {
        objections.push(String::from_utf8(rated.stdout).unwrap());
    }
    objections.join("\n")
}

#[test]
#[ignore = "needs systemd: scripts/test"]
fn systemd_has_nothing_against_the_units() {
    let folder = Folder::new();
    for name in [COPY, CLASS] {
        let text = unit(name);
        assert_eq!(objections(&folder, name, &text), "");
        let misspelt = text.replace("MemoryMax=", "MemoryMaximum=");
        let told = objections(&folder, name, &misspelt);
        assert!(told.contains("MemoryMaximum"), "{told}");
        let open = text.replace("CapabilityBoundingSet=", "");
        let told = objections(&folder, name, &open);
        assert!(told.contains("CAP_SYS_ADMIN"), "{told}");
    }
}
