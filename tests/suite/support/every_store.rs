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

/// Makes a test on each store of every scenario `async fn name(app: TestApp)`.
macro_rules! on_every_store {
    ($($scenario:ident)*) => {
        use crate::support::scenarios;

        scenarios!(memory, doc = "Needs no server.", TestApp::start(Storage::Memory), $($scenario)*);
        scenarios!(file, doc = "Needs no server.", TestApp::start(Storage::File), $($scenario)*);
        scenarios!(sqlite, doc = "Needs no server.", TestApp::start(Storage::Sqlite), $($scenario)*);
        scenarios!(
            mysql,
            ignore = "needs MariaDB: scripts/test",
            TestApp::start(Storage::Mysql),
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
    };
}

/// Makes a test on each kind of server of every scenario `async fn name(server: Server)`.
macro_rules! on_every_server {
    ($($scenario:ident)*) => {
        use crate::support::scenarios;

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
    };
}

pub(crate) use {on_every_server, on_every_store, scenarios};
