//! What is to be said of each place, whatever was measured there.

use super::places::Kind;
use crate::config::StoreKind;

impl Kind {
    /// For a list.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Cookie => "cookie",
            Self::File => "file",
            Self::Sqlite => "sqlite",
            Self::Own => "this copy's own store",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Memory => "The memory of the process",
            Self::Cookie => "A cookie",
            Self::File => "A file for each session",
            Self::Sqlite => "A database in a file",
            Self::Own => "This copy's own store",
        }
    }

    pub(super) fn forgets(self) -> &'static str {
        match self {
            Self::Memory => "A restart forgets everything.",
            Self::Cookie => "A restart forgets nothing: nothing is here. It ends in ten minutes.",
            Self::File | Self::Sqlite => "A restart forgets nothing.",
            Self::Own => "What a restart forgets depends on which store it is; see the name.",
        }
    }

    pub(super) fn readers(self) -> &'static str {
        match self {
            Self::Memory => {
                "This process, and whoever may attach a debugger to it: you, and the \
                 administrator of the host."
            }
            Self::Cookie => {
                "Whoever uses this browser, and every other port of this host below /0360. \
                 Signed, it can be read but not changed."
            }
            Self::File => {
                "Every program that you run, and the administrator. The files are in \
                 lesson0360, in the folder in which the copy was started."
            }
            Self::Sqlite => {
                "Every program that you run, and the administrator. The file is \
                 lesson0360/lesson0360.sqlite."
            }
            Self::Own => "Whoever may read the real sessions of this copy. They lie side by side.",
        }
    }
}

/// A store that needs a server.
pub(super) struct Server {
    pub(super) kind: StoreKind,
    /// The line that starts one, for whoever administers the host.
    pub(super) start: &'static str,
    /// What the credentials file says then.
    pub(super) credentials: &'static str,
}

pub(super) const SERVERS: [Server; 5] = [
    Server {
        kind: StoreKind::Mysql,
        start: "apt-get install mariadb-server",
        credentials: r#"{"host": "localhost", "user": "…", "password": "…", "database": "…"}"#,
    },
    Server {
        kind: StoreKind::Postgres,
        start: "apt-get install postgresql",
        credentials: r#"{"driver": "postgres", "host": "localhost", "user": "…", "password": "…", "database": "…"}"#,
    },
    Server {
        kind: StoreKind::Redis,
        start: "apt-get install redis-server",
        credentials: r#"{"driver": "redis", "host": "localhost", "password": "…", "database": 0}"#,
    },
    Server {
        kind: StoreKind::Memcached,
        start: "apt-get install memcached",
        credentials: r#"{"driver": "memcached", "host": "localhost"}"#,
    },
    Server {
        kind: StoreKind::Mongodb,
        start: "MongoDB 4.4 or later, by its makers' packages",
        credentials: r#"{"driver": "mongodb", "host": "localhost", "database": "…"}"#,
    },
];

impl Server {
    /// Whether this program was built with what it takes to speak to it.
    pub(super) fn is_built_in(&self) -> bool {
        let left_out = match self.kind {
            StoreKind::Postgres => !cfg!(feature = "postgres"),
            StoreKind::Redis => !cfg!(feature = "redis"),
            StoreKind::Memcached => !cfg!(feature = "memcached"),
            StoreKind::Mongodb => !cfg!(feature = "mongodb"),
            _ => false,
        };
        !left_out
    }
}
