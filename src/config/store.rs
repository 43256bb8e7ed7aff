//! Which store: what the flag and the credentials file say together.

use super::{Assignment, Credentials, Options, Refusal, quoted};
use std::{env, fmt, path::PathBuf};

/// The embedded default database, in the working folder.
const SQLITE_FILE: &str = "sweatbox.sqlite";

/// The kinds of store that `--store` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StoreKind {
    /// The process itself; a restart forgets everything
    Memory,
    /// A folder with one file a session
    File,
    /// An embedded database file; needs no server
    Sqlite,
    /// A MySQL or MariaDB server, by the credentials file
    Mysql,
    /// A PostgreSQL server, by the credentials file
    Postgres,
    /// A Redis server, by the credentials file
    Redis,
}

impl StoreKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Memory,
        Self::File,
        Self::Sqlite,
        Self::Mysql,
        Self::Postgres,
        Self::Redis,
    ];

    /// The name on the command line and in a credentials file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::File => "file",
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }

    /// Whether it is a server, which only a credentials file leads to.
    pub fn is_server(self) -> bool {
        matches!(self, Self::Mysql | Self::Postgres | Self::Redis)
    }
}

/// A store that was chosen, with what is needed to open it.
#[derive(Debug, Clone)]
pub enum StoreSetup {
    /// The process itself.
    Memory,
    /// A folder in the working folder, named like the table that others would have.
    File,
    /// The SQLite file at this path, made when it is missing.
    Sqlite(PathBuf),
    /// A MySQL or MariaDB server.
    Mysql(Credentials),
    /// A PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(Credentials),
    /// A Redis server.
    #[cfg(feature = "redis")]
    Redis(Credentials),
}

/// Chooses the store: `--store` first, then the driver in the credentials file, then SQLite.
///
/// # Errors
/// A credentials file that cannot be used or does not go with `--store`, and a store that this
/// program was built without.
pub fn store_setup(options: &Options, assignment: Assignment) -> Result<StoreSetup, Refusal> {
    let without_credentials = match options.store {
        Some(kind) => !kind.is_server(),
        // A trial's port is nobody's, so its tables have no place in a shared database.
        None => assignment.is_trial(),
    };
    if without_credentials && options.credentials.is_none() {
        return Ok(match options.store {
            Some(StoreKind::Memory) => StoreSetup::Memory,
            Some(StoreKind::File) => StoreSetup::File,
            _ => StoreSetup::Sqlite(SQLITE_FILE.into()),
        });
    }
    let (path, credentials) = find_credentials(options)?;
    match (credentials, options.store) {
        (Some(credentials), wanted) => from_credentials(credentials, wanted),
        (None, None) => Ok(StoreSetup::Sqlite(SQLITE_FILE.into())),
        (None, Some(kind)) => Err(Refusal::new(
            format!(
                "--store {} needs credentials, and there is no {}",
                kind.name(),
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
    let home = env::home_dir().unwrap_or_default();
    let path = home.join(".mysqlSecrets.json");
    let credentials = Credentials::read(&path)?;
    Ok((path, credentials))
}

fn from_credentials(
    credentials: Credentials,
    wanted: Option<StoreKind>,
) -> Result<StoreSetup, Refusal> {
    let driver = credentials.driver;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != driver) {
        return Err(Refusal::new(
            format!(
                "--store {} and {} do not go together: the file is for {}",
                wanted.name(),
                credentials.source.display(),
                driver.name()
            ),
            "leave --store out, or name another --credentials FILE",
        ));
    }
    match driver {
        StoreKind::Memory => Ok(StoreSetup::Memory),
        StoreKind::File => Ok(StoreSetup::File),
        StoreKind::Sqlite => Ok(StoreSetup::Sqlite(credentials.database.into())),
        StoreKind::Mysql => Ok(StoreSetup::Mysql(credentials)),
        #[cfg(feature = "postgres")]
        StoreKind::Postgres => Ok(StoreSetup::Postgres(credentials)),
        #[cfg(feature = "redis")]
        StoreKind::Redis => Ok(StoreSetup::Redis(credentials)),
        // What not everybody needs is a cargo feature.
        #[allow(unreachable_patterns, reason = "reached where a feature is left out")]
        _ => Err(not_built_in(driver)),
    }
}

fn not_built_in(kind: StoreKind) -> Refusal {
    let name = kind.name();
    Refusal::new(
        format!("this program was built without the store {name}"),
        format!("cargo build --release --features {name}"),
    )
}

impl StoreSetup {
    /// Which kind of store this is.
    pub fn kind(&self) -> StoreKind {
        match self {
            Self::Memory => StoreKind::Memory,
            Self::File => StoreKind::File,
            Self::Sqlite(_) => StoreKind::Sqlite,
            Self::Mysql(_) => StoreKind::Mysql,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => StoreKind::Postgres,
            #[cfg(feature = "redis")]
            Self::Redis(_) => StoreKind::Redis,
        }
    }
}

impl fmt::Display for StoreSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = |f: &mut fmt::Formatter<'_>, what: &str, at: &Credentials| {
            write!(
                f,
                "{what}, {}@{}, database {}",
                at.user, at.host, at.database
            )
        };
        match self {
            Self::Memory => f.write_str("this process"),
            Self::File => f.write_str("files of this folder"),
            Self::Sqlite(file) => write!(f, "SQLite in {}", file.display()),
            Self::Mysql(credentials) => server(f, "MySQL or MariaDB", credentials),
            #[cfg(feature = "postgres")]
            Self::Postgres(credentials) => server(f, "PostgreSQL", credentials),
            #[cfg(feature = "redis")]
            Self::Redis(credentials) => server(f, "Redis", credentials),
        }
    }
}
