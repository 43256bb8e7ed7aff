//! Keeps a private server process: stops, freezes and ends it, whatever becomes of the test.

use std::{
    fs,
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::eventually;

/// Runs as long as its standard input is open, so that the server ends with us even if we are
/// killed. Without the word `stop`, its folder is removed as well. PostgreSQL serves each
/// connection with another process, so the children are signalled with their parent.
const SCRIPT: &str = r#"trap "" TERM INT
"$@" >"$FOLDER/output" 2>&1 & pid=$!
echo $pid >"$FOLDER/pid.new" && mv "$FOLDER/pid.new" "$FOLDER/pid"
read word
family="$pid $(cat /proc/$pid/task/$pid/children 2>/dev/null)"
kill -KILL $family; wait $pid
[ "$word" = stop ] || rm -rf "$FOLDER""#;

/// A running server process.
pub struct Keeper {
    folder: PathBuf,
    shell: Child,
}

impl Keeper {
    /// Starts `command` with its output in `folder`.
    pub async fn start(folder: &Path, command: &[String]) -> Self {
        // What an earlier run left.
        let _ = fs::remove_file(folder.join("pid"));
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "keeper"])
            .args(command)
            .env("FOLDER", folder)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let pid = folder.join("pid");
        eventually(
            "the process is there",
            Duration::from_secs(20),
            async || pid.exists(),
        )
        .await;
        Self {
            folder: folder.into(),
            shell,
        }
    }

    /// Kills the server, as a power cut would; its folder stays.
    pub fn stop(mut self) {
        self.end("stop\n");
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.join("pid")).unwrap();
        let pid = pid.trim();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let family = children.split_whitespace().chain([pid]);
        let done = Command::new("kill").arg(signal).args(family).status();
        assert!(done.unwrap().success());
    }

    fn end(&mut self, word: &str) {
        if let Some(mut input) = self.shell.stdin.take() {
            input.write_all(word.as_bytes()).unwrap();
            drop(input);
            self.shell.wait().unwrap();
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end("");
    }
}

/// Whether the tests run as root, which some servers refuse to do.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}
