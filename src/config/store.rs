//! Which store: what the flag and the credentials file say together.

use super::{Assignment, Credentials, Driver, Options, Refusal, quoted};
use std::{env, path::PathBuf};

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

impl StoreKind {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }
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
    let given = options.credentials.is_some();
    // A trial's port is nobody's, so its tables have no place in a shared database.
    let wants_file = options.store == Some(StoreKind::Sqlite);
    let wants_nothing = options.store.is_none() && assignment.is_trial();
    if !given && (wants_file || wants_nothing) {
        return Ok(embedded);
    }
    let (path, credentials) = find_credentials(options)?;
    match (credentials, options.store) {
        (Some(credentials), wanted) => from_credentials(credentials, wanted),
        (None, None | Some(StoreKind::Sqlite)) => Ok(embedded),
        (None, Some(StoreKind::Mysql)) => Err(Refusal::new(
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
            Refusal::new(problem, format!("ls -l {}", quoted(path)))
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
) -> Result<StoreSetup, Refusal> {
    let (setup, driver) = match credentials.driver {
        Driver::Sqlite => (
            StoreSetup::Sqlite(credentials.database.clone().into()),
            StoreKind::Sqlite,
        ),
        Driver::Mysql => (StoreSetup::Mysql(credentials.clone()), StoreKind::Mysql),
    };
    match wanted {
        Some(wanted) if wanted != driver => Err(Refusal::new(
            format!(
                "--store {} and {} do not go together: the file is for {}",
                wanted.name(),
                credentials.source.display(),
                driver.name()
            ),
            "leave --store out, or name another --credentials FILE",
        )),
        _ => Ok(setup),
    }
}
