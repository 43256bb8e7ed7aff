//! One scenario, every store: what a rule means must not depend on where sessions live.

/// Makes a test on each store of every scenario `async fn name(app: TestApp)`.
macro_rules! on_every_store {
    ($($scenario:ident)*) => {
        mod memory {
            use crate::support::{Storage, TestApp};

            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(TestApp::start(Storage::Memory).await).await;
            })*
        }

        mod file {
            use crate::support::{Storage, TestApp};

            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(TestApp::start(Storage::File).await).await;
            })*
        }

        mod sqlite {
            use crate::support::{Storage, TestApp};

            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(TestApp::start(Storage::Sqlite).await).await;
            })*
        }

        mod mysql {
            use crate::support::{Storage, TestApp};

            $(#[tokio::test]
            #[ignore = "needs MariaDB: scripts/test"]
            async fn $scenario() {
                super::$scenario(TestApp::start(Storage::Mysql).await).await;
            })*
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            use crate::support::{Storage, TestApp};

            $(#[tokio::test]
            #[ignore = "needs PostgreSQL: scripts/test"]
            async fn $scenario() {
                super::$scenario(TestApp::start(Storage::Postgres).await).await;
            })*
        }

        #[cfg(feature = "redis")]
        mod redis {
            use crate::support::{Storage, TestApp};

            $(#[tokio::test]
            #[ignore = "needs Redis: scripts/test"]
            async fn $scenario() {
                super::$scenario(TestApp::start(Storage::Redis).await).await;
            })*
        }
    };
}

/// Makes a test on each kind of server of every scenario `async fn name(server: Server)`.
macro_rules! on_every_server {
    ($($scenario:ident)*) => {
        mod mariadb {
            use crate::support::{Server, ServerKind};

            $(#[tokio::test]
            #[ignore = "needs MariaDB: scripts/test"]
            async fn $scenario() {
                super::$scenario(Server::start(ServerKind::MariaDb).await).await;
            })*
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            use crate::support::{Server, ServerKind};

            $(#[tokio::test]
            #[ignore = "needs PostgreSQL: scripts/test"]
            async fn $scenario() {
                super::$scenario(Server::start(ServerKind::Postgres).await).await;
            })*
        }

        #[cfg(feature = "redis")]
        mod redis {
            use crate::support::{Server, ServerKind};

            $(#[tokio::test]
            #[ignore = "needs Redis: scripts/test"]
            async fn $scenario() {
                super::$scenario(Server::start(ServerKind::Redis).await).await;
            })*
        }
    };
}

pub(crate) use {on_every_server, on_every_store};
