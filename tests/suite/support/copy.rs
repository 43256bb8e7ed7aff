//! The real program in a folder of its own, as a student runs it.

use super::{Visitor, eventually, free_port};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// A working folder and a home folder for the program.
pub struct Folder {
    working: TempDir,
    home: PathBuf,
}

/// The program, serving.
pub struct Copy {
    address: &'static str,
    pub port: u16,
    pub process: Child,
    pub log: PathBuf,
}

impl Folder {
    /// Two empty folders.
    pub fn new() -> Self {
        let working = tempfile::tempdir().unwrap();
        let home = working.path().join("home");
        fs::create_dir(&home).unwrap();
        Self { working, home }
    }

    /// Another working folder of the same student.
    pub fn second(first: &Folder) -> Self {
        Self {
            working: tempfile::tempdir().unwrap(),
            home: first.home.clone(),
        }
    }

    /// A path in the working folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.working.path().join(name)
    }

    /// A path in the home folder.
    pub fn home(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// Writes a file below the working folder; `mode` such as 0o600.
    pub fn write(&self, name: &str, text: &str, mode: u32) {
        write(&self.path(name), text, mode);
    }

    /// Writes a file below the home folder.
    pub fn write_home(&self, name: &str, text: &str, mode: u32) {
        write(&self.home(name), text, mode);
    }

    /// The program, ready to be given arguments. Nothing of our own environment reaches it.
    pub fn command(&self) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_sweatbox"))
    }

    fn command_of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.working.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home);
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs the program to its end, which is to come soon.
    pub async fn run_soon(&self, arguments: &[&str]) -> Output {
        let mut command = tokio::process::Command::from(self.command());
        let output = command.args(arguments).kill_on_drop(true).output();
        let ended = tokio::time::timeout(Duration::from_secs(30), output).await;
        ended.expect("it goes on and on").unwrap()
    }

    /// Serves on a free port that a `.port` file assigns, and waits until it answers.
    pub async fn serve(&self) -> Copy {
        let port = free_port();
        self.write(".port", &format!("{port}\n"), 0o644);
        self.serve_on(port, &["--bind", "127.0.0.1"]).await
    }

    /// Serves `port`, which a `.port` file assigns, with `arguments` that lead to `address`.
    pub async fn serve_at(&self, address: &'static str, port: u16, arguments: &[&str]) -> Copy {
        self.write(".port", &format!("{port}\n"), 0o644);
        self.start(self.command(), address, port, arguments).await
    }

    /// Serves on a free port; a limit on the size of its files ends its writes, not the program.
    pub async fn serve_within_limits(&self, arguments: &[&str]) -> Copy {
        let port = free_port();
        self.write(".port", &format!("{port}\n"), 0o644);
        let mut command = self.command_of("sh");
        let program = env!("CARGO_BIN_EXE_sweatbox");
        // What is ignored by a shell stays ignored by what takes its place.
        command.args(["-c", r#"trap "" XFSZ; exec "$@""#, "sh", program]);
        self.start(command, "localhost", port, arguments).await
    }

    /// Serves with `arguments`, which lead to `port`.
    pub async fn serve_on(&self, port: u16, arguments: &[&str]) -> Copy {
        self.start(self.command(), "localhost", port, arguments)
            .await
    }

    async fn start(
        &self,
        mut command: Command,
        address: &'static str,
        port: u16,
        arguments: &[&str],
    ) -> Copy {
        let log = self.path("log");
        let file = fs::File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let process = command
            .args(arguments)
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .stdin(Stdio::null())
            .spawn();
        let mut copy = Copy {
            address,
            port,
            process: process.unwrap(),
            log,
        };
        let visitor = copy.visitor();
        eventually("the copy answers", Duration::from_secs(20), async || {
            let ended = copy.process.try_wait().unwrap();
            assert!(ended.is_none(), "ended: {}", copy.log());
            let style = visitor.try_request(reqwest::Method::GET, "/assets/sweatbox.css", &[]);
            style.await.is_ok()
        })
        .await;
        copy
    }
}

impl Copy {
    /// A new visitor of this copy.
    pub fn visitor(&self) -> Visitor {
        Visitor::at(self.address, self.port)
    }

    /// Everything that it has printed.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Sends a signal such as `-TERM`.
    pub fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let done = Command::new("kill").args([signal, &pid]).status();
        assert!(done.unwrap().success());
    }

    /// Lets no file of it grow beyond so many bytes; `None` lifts the limit.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".into(), |bytes| bytes.to_string());
        let pid = self.process.id().to_string();
        let flags = ["--pid", &pid, &format!("--fsize={limit}:")];
        let done = Command::new("prlimit").args(flags).status();
        assert!(done.unwrap().success());
    }

    /// Tells it to stop and waits for the end; the exit code.
    pub async fn stop(self) -> Option<i32> {
        self.stop_by("-TERM").await
    }

    /// The same by another signal.
    pub async fn stop_by(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        // Not a blocking wait: clients within this test have to go on.
        let mut status = None;
        eventually("the copy ends", Duration::from_secs(20), async || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap().code()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // Fails when it has ended already, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
