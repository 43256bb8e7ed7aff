//! One scenario, every store: what a rule means must not depend on where sessions live.

/// Makes a module `$module` with a test of each scenario, which is given what `$start` yields.
macro_rules! scenarios {
    ($module:ident, $attribute:meta, $start:expr, $($scenario:ident)*) => {
        mod $module {
            #[allow(unused_imports, reason = "each macro needs one half of them")]
            use crate::support::{Server, ServerKind, Storage, TestApp};

            $(#[tokio::test]
            #[$attribute]
            async fn $scenario() {
                super::$scenario($start.await).await;
            })*
        }
    };
}

/// Makes a test on each store of every scenario `async fn name(app: TestApp)`. Those behind
/// `but not in a cookie` need a server that remembers: what the cookie does instead is told in
/// `session_rules/in_cookie.rs`, by name.
macro_rules! on_every_store {
    ($($scenario:ident)* $(; but not in a cookie: $($but:ident)*)?) => {
        use crate::support::scenarios;

        scenarios!(
            cookie,
            doc = "Needs no server.",
            TestApp::start(Storage::Cookie),
            $($scenario)*
        );
        crate::support::on_every_server_side_store!($($scenario)* $($($but)*)?);
    };
}

/// The same, on each store but the cookie.
macro_rules! on_every_server_side_store {
    ($($scenario:ident)*) => {
        scenarios!(memory, doc = "Needs no server.", TestApp::start(Storage::Memory), $($scenario)*);
        scenarios!(file, doc = "Needs no server.", TestApp::start(Storage::File), $($scenario)*);
        scenarios!(sqlite, doc = "Needs no server.", TestApp::start(Storage::Sqlite), $($scenario)*);
        scenarios!(
            eased_sqlite,
            doc = "Needs no server.",
            TestApp::start(Storage::EasedSqlite),
            $($scenario)*
        );
        scenarios!(
            mysql,
            ignore = "needs MariaDB: scripts/test",
            TestApp::start(Storage::Mysql),
            $($scenario)*
        );
        scenarios!(
            eased_mysql,
            ignore = "needs MariaDB: scripts/test",
            TestApp::start(Storage::EasedMysql),
            $($scenario)*
        );
        #[cfg(feature = "postgres")]
        scenarios!(
            postgres,
            ignore = "needs PostgreSQL: scripts/test",
            TestApp::start(Storage::Postgres),
            $($scenario)*
        );
        #[cfg(feature = "redis")]
        scenarios!(
            redis,
            ignore = "needs Redis: scripts/test",
            TestApp::start(Storage::Redis),
            $($scenario)*
        );
        #[cfg(feature = "redis")]
        scenarios!(
            redis_cluster,
            ignore = "needs Redis: scripts/test",
            TestApp::start(Storage::RedisCluster),
            $($scenario)*
        );
        #[cfg(feature = "memcached")]
        scenarios!(
            memcached,
            ignore = "needs Memcached: scripts/test",
            TestApp::start(Storage::Memcached),
            $($scenario)*
        );
        #[cfg(feature = "mongodb")]
        scenarios!(
            mongodb,
            ignore = "needs SecantusDB: scripts/test",
            TestApp::start(Storage::Mongodb),
            $($scenario)*
        );
    };
}

/// Makes a test on each kind of server of every scenario `async fn name(server: Server)`. Those
/// behind `but not where a restart forgets` need one that writes to a disk.
macro_rules! on_every_server {
    ($($scenario:ident)* $(; but not where a restart forgets: $($but:ident)*)?) => {
        use crate::support::scenarios;

        #[cfg(feature = "memcached")]
        scenarios!(
            memcached,
            ignore = "needs Memcached: scripts/test",
            Server::start(ServerKind::Memcached),
            $($scenario)*
        );
        crate::support::on_every_database!($($scenario)* $($($but)*)?);
    };
}

/// The same, on those that have locks between processes.
macro_rules! on_every_server_with_locks {
    ($($scenario:ident)*) => {
        use crate::support::scenarios;

        #[cfg(feature = "redis")]
        scenarios!(
            redis_cluster,
            ignore = "needs Redis: scripts/test",
            Server::start(ServerKind::RedisCluster),
            $($scenario)*
        );
        crate::support::on_every_database!($($scenario)*);
    };
}

/// The same, on single servers that write to a disk and have locks.
macro_rules! on_every_database {
    ($($scenario:ident)*) => {
        scenarios!(
            mariadb,
            ignore = "needs MariaDB: scripts/test",
            Server::start(ServerKind::MariaDb),
            $($scenario)*
        );
        #[cfg(feature = "postgres")]
        scenarios!(
            postgres,
            ignore = "needs PostgreSQL: scripts/test",
            Server::start(ServerKind::Postgres),
            $($scenario)*
        );
        #[cfg(feature = "redis")]
        scenarios!(
            redis,
            ignore = "needs Redis: scripts/test",
            Server::start(ServerKind::Redis),
            $($scenario)*
        );
        #[cfg(feature = "mongodb")]
        scenarios!(
            mongodb,
            ignore = "needs SecantusDB: scripts/test",
            Server::start(ServerKind::Mongodb),
            $($scenario)*
        );
    };
}

pub(crate) use {
    on_every_database, on_every_server, on_every_server_side_store, on_every_server_with_locks,
    on_every_store, scenarios,
};
