//! A test in a process of its own, where no other test takes memory or writes to the terminal.

use std::{
    env,
    process::{Command, Stdio},
};

/// Tells the process that it is the one.
const ALONE: &str = "SWEATBOX_TEST_ALONE";

/// Runs the test `name` once more, in a process of its own, and returns all that it printed;
/// `None` in that process itself, which then does the work.
#[track_caller]
pub fn alone(name: &str) -> Option<String> {
    if env::var_os(ALONE).is_some() {
        return None;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--include-ignored", "--nocapture"])
        .env(ALONE, "1")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    // Of a name that nobody has, none passes and none fails.
    assert!(text.contains("1 passed"), "{name}: {text}");
    Some(text)
}
