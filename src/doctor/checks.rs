//! The checks, in the order in which `serve` needs what they look at.

use super::Finding;
use crate::{
    config::{self, Assignment, CertificateFiles, InstallKeyFile, Options, Refusal, StoreSetup},
    identity::{Identity, InstallKey, Port},
    listen,
    sessions::stores::{self, Guarded, Store, StoreError},
};
use std::time::{Duration, Instant};
use time::OffsetDateTime;

pub(super) fn port(options: &Options) -> (Finding, Option<Assignment>) {
    const CHECK: &str = "port";
    match config::assignment(options).and_then(Assignment::with_free_port) {
        Ok(assigned @ Assignment::Assigned(port)) => {
            (Finding::ok(CHECK, format!("{port}")), Some(assigned))
        }
        Ok(trial @ Assignment::Trial(port)) => {
            let found = format!("none assigned: a private trial on {port}, loopback only");
            let mend = "echo 41220 > .port, with the port that you were assigned";
            (Finding::warning(CHECK, found, mend), Some(trial))
        }
        Err(refusal) => (Finding::failed(CHECK, refusal), None),
    }
}

/// The outer `Option` says whether the check passed, the inner one whether there is a key yet.
pub(super) fn install_key(options: &Options) -> (Finding, Option<Option<InstallKey>>) {
    const CHECK: &str = "install key";
    let file = match InstallKeyFile::locate(options) {
        Ok(file) => file,
        Err(refusal) => return (Finding::failed(CHECK, refusal), None),
    };
    let path = file.path().display();
    match file.load() {
        Ok(Some(key)) => {
            let found = format!("{path} (fingerprint {}…)", &key.fingerprint().as_str()[..8]);
            (Finding::ok(CHECK, found), Some(Some(key)))
        }
        Ok(None) => match config::could_make(file.path()) {
            Ok(()) => {
                let found = format!("{path} will be made at the first start");
                (Finding::ok(CHECK, found), Some(None))
            }
            Err(refusal) => (Finding::failed(CHECK, refusal), None),
        },
        Err(refusal) => (Finding::failed(CHECK, refusal), None),
    }
}

pub(super) fn credentials(
    options: &Options,
    assignment: Option<Assignment>,
) -> (Finding, Option<StoreSetup>) {
    const CHECK: &str = "credentials";
    let Some(assignment) = assignment else {
        return (Finding::skipped(CHECK), None);
    };
    match config::store_setup(options, assignment) {
        Ok(setup) => {
            let found = match &setup {
                StoreSetup::Sqlite(file) => format!("none needed: SQLite in {}", file.display()),
                StoreSetup::Mysql(credentials) => format!(
                    "{}@{} for database {}",
                    credentials.user, credentials.host, credentials.database
                ),
            };
            (Finding::ok(CHECK, found), Some(setup))
        }
        Err(refusal) => (Finding::failed(CHECK, refusal), None),
    }
}

pub(super) fn certificate(options: &Options) -> Finding {
    const CHECK: &str = "certificate";
    let files = match CertificateFiles::locate(options) {
        Ok(files) => files,
        Err(refusal) => return Finding::failed(CHECK, refusal),
    };
    let path = files.cert.display();
    match files.load() {
        Ok(Some(certificate)) => match certificate.date_warning(OffsetDateTime::now_utc()) {
            None => {
                let until = certificate.not_after.date();
                Finding::ok(CHECK, format!("{path}, valid until {until}"))
            }
            Some(warning) => {
                let mend = format!("replace {path} and {}", files.key.display());
                Finding::warning(CHECK, format!("{path}: {warning}"), mend)
            }
        },
        Ok(None) => match config::could_make(&files.cert) {
            Ok(()) => Finding::ok(CHECK, format!("{path} will be made at the first start")),
            Err(refusal) => Finding::failed(CHECK, refusal),
        },
        Err(refusal) => Finding::failed(CHECK, refusal),
    }
}

pub(super) async fn store(setup: &StoreSetup, port: Port, key: Option<&InstallKey>) -> Finding {
    const CHECK: &str = "store";
    let names = crate::identity::Names::of(port);
    // Without a key, any table that has an owner belongs to another key: so a random one does.
    let stand_in = InstallKey::random();
    let identity = match (key, &stand_in) {
        (Some(key), _) | (None, Ok(key)) => Identity::derive(port, key),
        (None, Err(error)) => {
            let refusal = Refusal::new(format!("no random bytes: {error}"), "try again later");
            return Finding::failed(CHECK, refusal);
        }
    };
    let store = Guarded::new(stores::open(setup, &identity));
    let start = Instant::now();
    let looked = store.inspect().await;
    let elapsed = start.elapsed().as_millis();
    // A frozen server would not even say goodbye.
    let _ = tokio::time::timeout(Duration::from_secs(1), store.close()).await;
    let table = names.session_table();
    match looked {
        Ok(true) => Finding::ok(
            CHECK,
            format!("{}: table {table}, {elapsed} ms", store.name()),
        ),
        Ok(false) => {
            let found = format!("{}: table {table} will be made", store.name());
            Finding::ok(CHECK, found)
        }
        Err(StoreError::Refused { problem, mend }) => {
            Finding::failed(CHECK, Refusal::new(problem, mend))
        }
        Err(error @ (StoreError::Unreachable(_) | StoreError::Disconnected(_))) => {
            let mend = "start the database; until then pages with a session answer 503";
            Finding::warning(CHECK, error.to_string(), mend)
        }
        Err(error) => {
            let mend = "see the database's own log";
            Finding::failed(CHECK, Refusal::new(error.to_string(), mend))
        }
    }
}

pub(super) fn listen(options: &Options, assignment: Assignment) -> Finding {
    const CHECK: &str = "listen";
    match listen::listen(&options.bind, assignment) {
        Ok(_) => Finding::ok(CHECK, format!("port {} is free", assignment.port())),
        Err(refusal) => Finding::failed(CHECK, refusal),
    }
}
