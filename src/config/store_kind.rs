//! The kinds of store, by their names on the command line and in a credentials file.

/// The kinds of store that `--store` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StoreKind {
    /// The process itself; a restart forgets everything
    Memory,
    /// A folder with one file a session
    File,
    /// The visitor's browser: the session itself in its signed cookie
    Cookie,
    /// An embedded database file; needs no server
    Sqlite,
    /// A MySQL or MariaDB server, by the credentials file
    Mysql,
    /// A PostgreSQL server, by the credentials file
    Postgres,
    /// A Redis server or cluster, by the credentials file
    Redis,
    /// A Memcached server, by the credentials file
    Memcached,
    /// A MongoDB server, by the credentials file
    Mongodb,
}

impl StoreKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Memory,
        Self::File,
        Self::Cookie,
        Self::Sqlite,
        Self::Mysql,
        Self::Postgres,
        Self::Redis,
        Self::Memcached,
        Self::Mongodb,
    ];

    /// The name on the command line and in a credentials file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::File => "file",
            Self::Cookie => "cookie",
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Memcached => "memcached",
            Self::Mongodb => "mongodb",
        }
    }

    /// Whether it is a server, which only a credentials file leads to.
    pub fn is_server(self) -> bool {
        !matches!(
            self,
            Self::Memory | Self::File | Self::Cookie | Self::Sqlite
        )
    }

    /// Whether it has locks between processes, so that a port may have replicas.
    pub fn allows_replicas(self) -> bool {
        self.is_server() && self != Self::Memcached
    }
}
