//! Which store: what the flag and the credentials file say together.

use super::{Assignment, Credentials, Driver, Options, Refusal};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The embedded default database, in the working folder.
const SQLITE_FILE: &str = "sweatbox.sqlite";

/// The kinds of store that `--store` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StoreKind {
    /// An embedded database file; needs no server
    Sqlite,
    /// A MySQL or MariaDB server, by the credentials file
    Mysql,
}

/// A store that was chosen, with what is needed to open it.
#[derive(Debug, Clone)]
pub enum StoreSetup {
    /// The SQLite file at this path, made when it is missing.
    Sqlite(PathBuf),
    /// A MySQL or MariaDB server.
    Mysql(Credentials),
}

/// Chooses the store: `--store` first, then the driver in the credentials file, then SQLite.
///
/// # Errors
/// A credentials file that cannot be used or does not go with `--store`.
pub fn store_setup(options: &Options, assignment: Assignment) -> Result<StoreSetup, Refusal> {
    let embedded = StoreSetup::Sqlite(SQLITE_FILE.into());
    // A trial's port is nobody's, so its tables have no place in a shared database.
    let trial = assignment.is_trial() && options.credentials.is_none();
    match options.store {
        Some(StoreKind::Sqlite) => return Ok(embedded),
        None if trial => return Ok(embedded),
        _ => {}
    }
    let (path, credentials) = find_credentials(options)?;
    match (credentials, options.store) {
        (Some(credentials), wanted) => from_credentials(credentials, wanted, &path),
        (None, None) => Ok(embedded),
        (None, Some(_)) => Err(Refusal::new(
            format!(
                "--store mysql needs credentials, and there is no {}",
                path.display()
            ),
            "sweatbox --credentials FILE, or --store sqlite",
        )),
    }
}

fn find_credentials(options: &Options) -> Result<(PathBuf, Option<Credentials>), Refusal> {
    if let Some(path) = &options.credentials {
        let credentials = Credentials::read(path)?.ok_or_else(|| {
            let problem = format!("there is no credentials file {}", path.display());
            Refusal::new(problem, format!("ls -l {}", path.display()))
        })?;
        return Ok((path.clone(), Some(credentials)));
    }
    let path = env::home_dir()
        .unwrap_or_default()
        .join(".mysqlSecrets.json");
    let credentials = Credentials::read(&path)?;
    Ok((path, credentials))
}

fn from_credentials(
    credentials: Credentials,
    wanted: Option<StoreKind>,
    path: &Path,
) -> Result<StoreSetup, Refusal> {
    match (credentials.driver, wanted) {
        (Driver::Sqlite, Some(StoreKind::Mysql)) => Err(Refusal::new(
            format!("--store mysql, but {} says driver `sqlite`", path.display()),
            "leave --store out, or name another --credentials FILE",
        )),
        (Driver::Sqlite, _) => Ok(StoreSetup::Sqlite(credentials.database.into())),
        (Driver::Mysql, _) => Ok(StoreSetup::Mysql(credentials)),
    }
}
