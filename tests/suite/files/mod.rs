//! The files that a copy reads: each one missing, and each one wrong.

mod certificate;
mod credentials;
mod first_start;
mod install_key;
mod port;
mod umask;

use crate::support::{Folder, free_port};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Output};

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
