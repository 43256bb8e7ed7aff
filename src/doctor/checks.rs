//! The checks, in the order in which `serve` needs what they look at.

use super::Finding;
use crate::{
    config::{
        self, Assignment, CertificateFiles, InstallKeyFile, Options, Refusal, StoreSetup, Tenancy,
    },
    identity::{Identity, InstallKey, Names, Port},
    listen,
    quiz::Bank,
    sessions::stores::{self, Guarded, Store, StoreError},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use tokio::time::timeout;

pub(super) fn quiz(options: &Options, file: &Path) -> Finding {
    const CHECK: &str = "quiz";
    match Bank::for_serving(file, options) {
        Ok(bank) => {
            let found = format!("{}, {} questions", bank.title(), bank.len());
            match config::refuse_if_shared(file) {
                Ok(()) => Finding::ok(CHECK, found),
                Err(Refusal { mend, .. }) => {
                    let found = format!("{found}; other users can read the answers");
                    Finding::warning(CHECK, found, mend)
                }
            }
        }
        Err(refusal) => Finding::failed(CHECK, refusal),
    }
}

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
            let found = match setup.kind().is_server() {
                true => format!("{setup}"),
                false => format!("none needed: {setup}"),
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
    // Without a key, any table that has an owner belongs to another key: so a random one does.
    let key = match key.cloned().map_or_else(InstallKey::random, Ok) {
        Ok(key) => key,
        Err(error) => {
            let refusal = Refusal::new(format!("no random bytes: {error}"), "try again later");
            return Finding::failed(CHECK, refusal);
        }
    };
    let store = Guarded::new(stores::open(setup, &Identity::derive(port, &key)));
    let looked = look(&store).await;
    // A frozen server would not even say goodbye.
    let _ = timeout(Duration::from_secs(1), store.close()).await;
    match looked {
        Ok((prepared, about)) => described(CHECK, prepared, &Names::of(port), &about),
        Err(error) => unusable(CHECK, error),
    }
}

/// Whether these sessions are free, or shared with us; to be asked by whoever may have the port.
pub(super) async fn claim(
    setup: &StoreSetup,
    tenancy: Tenancy,
    port: Port,
    key: &InstallKey,
) -> Finding {
    const CHECK: &str = "claim";
    let store = Guarded::new(stores::open(setup, &Identity::derive(port, key)));
    let claimed = async {
        // A claim on nothing would have to make something.
        Ok(!store.inspect().await? || store.claim(tenancy).await?)
    };
    let claimed = claimed.await;
    let _ = timeout(Duration::from_secs(1), store.close()).await;
    match claimed {
        Ok(true) => Finding::ok(CHECK, "no other process excludes us"),
        Ok(false) => {
            let problem = "another process serves these sessions";
            let mend = "stop it, or, if they are to share the port, start both with --replicas";
            Finding::failed(CHECK, Refusal::new(problem, mend))
        }
        Err(error) => unusable(CHECK, error),
    }
}

/// What a look found besides the tables: the store's own words, and how long they took.
struct Described {
    version: String,
    apart: Option<time::Duration>,
    elapsed: Duration,
}

async fn look(store: &Guarded) -> Result<(bool, Described), StoreError> {
    let prepared = store.inspect().await?;
    // Only now: the first question also waits for a connection to be made.
    let start = Instant::now();
    let about = store.about().await?;
    let apart = about
        .clock
        .map(|clock| (clock - OffsetDateTime::now_utc()).abs());
    let elapsed = start.elapsed();
    let version = about.version;
    Ok((
        prepared,
        Described {
            version,
            apart,
            elapsed,
        },
    ))
}

fn described(check: &'static str, prepared: bool, names: &Names, about: &Described) -> Finding {
    let Described {
        version,
        apart,
        elapsed,
    } = about;
    let table = names.session_table();
    let state = if prepared { "is there" } else { "will be made" };
    let found = format!("{version}, {} ms; {table} {state}", elapsed.as_millis());
    match apart {
        // Sessions live an hour; a minute is no matter, but it tells of a clock nobody keeps.
        Some(apart) if *apart > time::Duration::MINUTE => Finding::warning(
            check,
            format!(
                "{found}; its clock is {} s apart from ours",
                apart.whole_seconds()
            ),
            "set both clocks by the network (`timedatectl`)",
        ),
        _ => Finding::ok(check, found),
    }
}

fn unusable(check: &'static str, error: StoreError) -> Finding {
    match error {
        StoreError::Refused { problem, mend } => {
            Finding::failed(check, Refusal::new(problem, mend))
        }
        StoreError::Unreachable(_) | StoreError::Disconnected(_) => {
            let mend = "start the database; until then pages with a session answer 503";
            Finding::warning(check, error.to_string(), mend)
        }
        StoreError::Unwritable(problem) => {
            let mend =
                "let it take changes again; until then pages that change a session answer 503";
            Finding::warning(check, problem, mend)
        }
        StoreError::Unprepared(problem) | StoreError::Failed(problem) => {
            Finding::failed(check, Refusal::new(problem, "see the database's own log"))
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
