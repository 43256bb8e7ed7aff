//! The course's program in Express, run by Node, as a student's copy.

use super::{Visitor, certificate_files_in, eventually, free_port};
use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const APP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/express/app.js");
const MODULES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/tools/express/node_modules"
);

/// The program, serving.
pub struct Express {
    pub port: u16,
    process: Child,
    folder: TempDir,
}

impl Express {
    /// Serves on a free port, with the sessions in the database of this credentials file, and
    /// waits until it answers.
    pub async fn start(credentials: &str) -> Self {
        assert!(Path::new(MODULES).exists(), "run scripts/install-express");
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        fs::write(folder.path().join(".port"), port.to_string()).unwrap();
        fs::write(folder.path().join("secrets.json"), credentials).unwrap();
        let files = certificate_files_in(&folder);
        files.load_or_make().unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new("node")
            .arg(APP)
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("NODE_PATH", MODULES)
            .env("EXPRESS_BIND", "127.0.0.1")
            .env("EXPRESS_CREDENTIALS", "secrets.json")
            .env("EXPRESS_CERT", &files.cert)
            .env("EXPRESS_KEY", &files.key)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let mut express = Self {
            port,
            process: process.expect("node is installed by scripts/test"),
            folder,
        };
        express.expect_answers().await;
        express
    }

    /// The same twice, as one student has them.
    pub async fn start_pair(credentials: &str) -> [Self; 2] {
        [
            Self::start(credentials).await,
            Self::start(credentials).await,
        ]
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }

    async fn expect_answers(&mut self) {
        eventually("Express answers", Duration::from_secs(30), async || {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "ended: {}", self.log());
            // Until its table is there it answers 500.
            let visitor = Visitor::new(self.port);
            let answer = visitor.try_request(reqwest::Method::GET, "/", &[]).await;
            answer.is_ok_and(|answer| answer.status == 200)
        })
        .await;
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

impl Drop for Express {
    fn drop(&mut self) {
        // Fails when it has ended already, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
