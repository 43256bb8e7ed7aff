//! A copy within the test's own process, so that its clock and its store are at hand.

use super::{
    Gate, MariaDb, PlainClient, TestClock, Visitor, certificate_files_in, choose_tls_provider,
    routes, shared_mariadb,
};
use std::{net::TcpListener, sync::Arc, time::Duration};
use sweatbox::{
    app,
    config::StoreSetup,
    identity::{Identity, InstallKey, Port},
    lessons,
    sandbox::Sandbox,
    server::{self, Limits},
    sessions::{
        Sessions,
        stores::{self, Guarded, Store},
    },
    tls,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Where a test's sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Sqlite,
    Mysql,
}

/// A copy with the names of port 41220, listening on a free one.
pub struct TestApp {
    pub port: u16,
    pub identity: Identity,
    pub clock: TestClock,
    pub gate: Gate,
    pub sessions: Sessions,
    pub stopping: CancellationToken,
    pub setup: StoreSetup,
    pub server: JoinHandle<std::io::Result<()>>,
    folder: TempDir,
}

impl TestApp {
    /// Starts a copy on `storage`, with an empty database.
    pub async fn start(storage: Storage) -> Self {
        match storage {
            Storage::Sqlite => Self::on_sqlite().await,
            Storage::Mysql => Self::on_mariadb(shared_mariadb().await).await,
        }
    }

    /// A copy on a SQLite file.
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite"));
        Self::with(folder, setup, Limits::default()).await
    }

    /// A copy on a new database of `server`.
    pub async fn on_mariadb(server: &MariaDb) -> Self {
        let database = server.new_database().await;
        let setup = StoreSetup::Mysql(server.credentials(&database));
        Self::with(tempfile::tempdir().unwrap(), setup, Limits::default()).await
    }

    /// A copy that reaches `server` through another port.
    pub async fn on_mariadb_through(server: &MariaDb, port: u16) -> Self {
        let database = server.new_database().await;
        let mut credentials = server.credentials(&database);
        credentials.port = Some(port);
        let setup = StoreSetup::Mysql(credentials);
        Self::with(tempfile::tempdir().unwrap(), setup, Limits::default()).await
    }

    /// A copy on a SQLite file whose connections live under `limits`.
    pub async fn with_limits(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite"));
        Self::with(folder, setup, limits).await
    }

    async fn with(folder: TempDir, setup: StoreSetup, limits: Limits) -> Self {
        choose_tls_provider();
        let key: InstallKey = "5a".repeat(32).parse().unwrap();
        let identity = Identity::derive(Port::new(41220).unwrap(), &key);
        let store = Guarded::new(stores::open(&setup, &identity));
        store.prepare().await.unwrap();
        let clock = TestClock::new();
        let sessions = Sessions::new(Arc::new(store), &identity, clock.clock());
        let sandbox = Sandbox {
            identity: identity.clone(),
            sessions: sessions.clone(),
            clock: clock.clock(),
            max_wait: Duration::from_secs(300),
            stopping: CancellationToken::new(),
        };
        let stopping = sandbox.stopping.clone();
        let gate = Gate::new();
        let routes = lessons::router().merge(routes::routes(gate.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = server::serve(
            vec![listener],
            tls::rustls_config(&certificate_files_in(&folder).load_or_make().unwrap()),
            app::around(routes, sandbox),
            limits,
            stopping.clone(),
        );
        Self {
            port,
            identity,
            clock,
            gate,
            sessions,
            stopping,
            setup,
            server: tokio::spawn(server),
            folder,
        }
    }

    /// A new visitor, over HTTP/2.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.port)
    }

    /// A bare TLS connection to the copy.
    pub async fn connect(&self, protocol: &str) -> PlainClient {
        let certificate = std::fs::read(certificate_files_in(&self.folder).cert).unwrap();
        PlainClient::connect(self.port, &certificate, protocol).await
    }

    /// The store below all guards, to look at what is really there.
    pub fn store(&self) -> Arc<dyn Store> {
        stores::open(&self.setup, &self.identity)
    }

    /// The name of the session cookie.
    pub fn cookie_name(&self) -> &str {
        self.identity.names.cookie.as_str()
    }
}
