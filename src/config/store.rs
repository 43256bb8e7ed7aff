//! Which store: what the flag and the credentials file say together.

use super::{Assignment, Credentials, Options, Refusal, StoreKind, quoted};
use std::{env, fmt, path::PathBuf};

/// The embedded default database, in the working folder.
pub const SQLITE_FILE: &str = "sweatbox.sqlite";

/// A store that was chosen, with what is needed to open it.
#[derive(Debug, Clone)]
pub enum StoreSetup {
    /// The process itself.
    Memory,
    /// A folder in the working folder, named like the table that others would have.
    File,
    /// The visitor's browser.
    Cookie(CookieForm),
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
    /// A Memcached server.
    #[cfg(feature = "memcached")]
    Memcached(Credentials),
    /// A MongoDB server.
    #[cfg(feature = "mongodb")]
    Mongodb(Credentials),
}

/// How a session lies in its cookie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CookieForm {
    /// Signed: everybody with the cookie can read it, nobody can change it.
    #[default]
    Signed,
    /// Encrypted: nobody but the server can read it, either.
    Encrypted,
}

/// Chooses the store: `--store` first, then the driver in the credentials file, then SQLite.
///
/// # Errors
/// A credentials file that cannot be used or does not go with `--store`, and a store that this
/// program was built without.
pub fn store_setup(options: &Options, assignment: Assignment) -> Result<StoreSetup, Refusal> {
    let setup = chosen(options, assignment)?;
    let kind = setup.kind();
    if options.replicas && !kind.allows_replicas() {
        return Err(Refusal::new(
            format!(
                "--replicas does not go with the store {}, which has no locks between processes",
                kind.name()
            ),
            "leave --replicas out, or take --store mysql, postgres, redis or mongodb",
        ));
    }
    if options.encrypt_cookie && kind != StoreKind::Cookie {
        return Err(Refusal::new(
            format!(
                "--encrypt-cookie is for --store cookie; the cookie of {} holds an id alone",
                kind.name()
            ),
            "leave --encrypt-cookie out, or take --store cookie",
        ));
    }
    Ok(setup)
}

fn chosen(options: &Options, assignment: Assignment) -> Result<StoreSetup, Refusal> {
    let without_credentials = match options.store {
        Some(kind) => !kind.is_server(),
        // A trial's port is nobody's, so its tables have no place in a shared database.
        None => assignment.is_trial(),
    };
    if without_credentials && options.credentials.is_none() {
        return Ok(match options.store {
            Some(StoreKind::Memory) => StoreSetup::Memory,
            Some(StoreKind::File) => StoreSetup::File,
            Some(StoreKind::Cookie) => StoreSetup::Cookie(match options.encrypt_cookie {
                true => CookieForm::Encrypted,
                false => CookieForm::Signed,
            }),
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

// ANCHOR: credentials
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
// ANCHOR_END: credentials

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
        StoreKind::Sqlite => Ok(StoreSetup::Sqlite(credentials.database.into())),
        StoreKind::Mysql => Ok(StoreSetup::Mysql(credentials)),
        #[cfg(feature = "postgres")]
        StoreKind::Postgres => Ok(StoreSetup::Postgres(credentials)),
        #[cfg(feature = "redis")]
        StoreKind::Redis => Ok(StoreSetup::Redis(credentials)),
        #[cfg(feature = "memcached")]
        StoreKind::Memcached => Ok(StoreSetup::Memcached(credentials)),
        #[cfg(feature = "mongodb")]
        StoreKind::Mongodb => Ok(StoreSetup::Mongodb(credentials)),
        // What not everybody needs is a cargo feature.
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
            Self::Cookie(_) => StoreKind::Cookie,
            Self::Sqlite(_) => StoreKind::Sqlite,
            Self::Mysql(_) => StoreKind::Mysql,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => StoreKind::Postgres,
            #[cfg(feature = "redis")]
            Self::Redis(_) => StoreKind::Redis,
            #[cfg(feature = "memcached")]
            Self::Memcached(_) => StoreKind::Memcached,
            #[cfg(feature = "mongodb")]
            Self::Mongodb(_) => StoreKind::Mongodb,
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
            Self::Cookie(_) => f.write_str("the visitors' browsers"),
            Self::Sqlite(file) => write!(f, "SQLite in {}", file.display()),
            Self::Mysql(credentials) => server(f, "MySQL or MariaDB", credentials),
            #[cfg(feature = "postgres")]
            Self::Postgres(credentials) => server(f, "PostgreSQL", credentials),
            #[cfg(feature = "redis")]
            Self::Redis(credentials) => server(f, "Redis", credentials),
            #[cfg(feature = "memcached")]
            Self::Memcached(credentials) => write!(f, "Memcached at {}", credentials.host),
            #[cfg(feature = "mongodb")]
            Self::Mongodb(credentials) => server(f, "MongoDB", credentials),
        }
    }
}
