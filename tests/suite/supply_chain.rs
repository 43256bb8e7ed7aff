//! What the program is made of, as far as it can be judged without a network.

use crate::support::Folder;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// All Rust files below `folder`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The value of `key` in one package of a lock file.
fn value<'a>(package: &'a str, key: &str) -> Option<&'a str> {
    let start = format!("{key} = \"");
    let mut lines = package.lines();
    lines.find_map(|line| line.strip_prefix(&*start)?.strip_suffix('"'))
}

#[test]
fn no_source_of_ours_is_unsafe() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    assert!(manifest.contains("\nunsafe_code = \"forbid\"\n"));
    // The lint is for crates that it is told of; this is for all files, those of the fuzzer too.
    let mut files = Vec::new();
    for folder in ["src", "tests", "fuzz/fuzz_targets"] {
        sources(Path::new(folder), &mut files);
    }
    assert!(files.len() > 100);
    let keyword = ["uns", "afe"].concat();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let words = text.split(|c: char| !c.is_alphanumeric() && !"_-'\"".contains(c));
        assert!(
            !words.into_iter().any(|word| word == keyword),
            "{}",
            file.display()
        );
    }
}

#[test]
fn nothing_of_ours_runs_while_it_is_built() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    assert!(!Path::new("build.rs").exists());
    for table in ["\nbuild = ", "\n[build-dependencies]", "\nproc-macro = "] {
        assert!(!manifest.contains(table), "{table}");
    }
}

#[test]
fn every_dependency_comes_from_the_registry_with_its_checksum() {
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    let packages: Vec<_> = lock.split("[[package]]\n").skip(1).collect();
    assert!(packages.len() > 100);
    for package in packages {
        let name = value(package, "name").unwrap();
        if name == "sweatbox" {
            continue;
        }
        let source = value(package, "source").unwrap_or("a folder");
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source, registry, "{name}");
        let checksum = value(package, "checksum").unwrap_or_default();
        let hex = |byte: u8| byte.is_ascii_hexdigit();
        assert!(checksum.len() == 64 && checksum.bytes().all(hex), "{name}");
    }
}

#[test]
fn an_advisory_that_is_set_aside_has_its_reason() {
    let deny = fs::read_to_string("deny.toml").unwrap();
    for line in deny.lines().filter(|line| line.contains("RUSTSEC-")) {
        let reason = line.split_once("reason = \"").map(|(_, reason)| reason);
        assert!(reason.is_some_and(|reason| reason.len() > 40), "{line}");
    }
}

/// What `scripts/advisories --kept` says of a graph of dependencies, which is told as by Cargo.
fn judged(graph: &str) -> Output {
    let folder = Folder::new();
    let file = folder.path("graph.json");
    fs::write(&file, graph).unwrap();
    let mut script = Command::new("scripts/advisories");
    script.args(["--kept", "--metadata-path"]).arg(&file);
    // Whoever asks the network is refused, so that it shows on a machine that has one.
    script.env("GIT_ALLOW_PROTOCOL", "none");
    script.env("CARGO_NET_OFFLINE", "true").output().unwrap()
}

#[test]
#[ignore = "needs cargo-deny: scripts/test"]
fn a_version_that_a_kept_advisory_names_is_refused() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--all-features"]);
    let output = cargo.args(["--format-version", "1"]).output().unwrap();
    let graph = String::from_utf8(output.stdout).unwrap();
    let ours = judged(&graph);
    let errors = String::from_utf8_lossy(&ours.stderr);
    assert!(ours.status.success(), "{errors}");

    let (before, after) = graph.split_once(r#""name":"rustls","version":""#).unwrap();
    let (_, after) = after.split_once('"').unwrap();
    let old = format!(r#"{before}"name":"rustls","version":"0.23.4"{after}"#);
    let refused = judged(&old);
    let errors = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && errors.contains("RUSTSEC-2024-0336"),
        "{errors}"
    );
}
