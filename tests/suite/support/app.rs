//! A copy within the test's own process, so that its clock and its store are at hand.

#[cfg(feature = "memcached")]
use super::shared_memcached;
#[cfg(feature = "mongodb")]
use super::shared_mongodb;
use super::{
    Gate, MariaDb, PlainClient, Server, TestClock, Visitor, certificate_files_in,
    choose_tls_provider,
    place::{Opened, Place, identity_port},
    routes, shared_mariadb,
};
#[cfg(feature = "postgres")]
use super::{Postgres, shared_postgres};
#[cfg(feature = "redis")]
use super::{Redis, shared_redis, shared_redis_cluster};
use crate::given::EXERCISES;
use axum::Router;
use std::{
    net::TcpListener,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use sweatbox::{
    app,
    config::{CookieForm, StoreSetup, Tenancy},
    database::Database,
    identity::{Identity, InstallKey},
    progress::Progress,
    quiz::{Bank, Quiz},
    sandbox::{Lesson, Parts, Sandbox},
    server::{self, Limits},
    sessions::{Sessions, stores::Store},
    tls,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Where a test's sessions live.
#[derive(Debug, Clone, Copy)]
pub enum Storage {
    Memory,
    File,
    Cookie,
    Sqlite,
    /// With the memory of 100 ms and with writes in company, as a copy that is alone has it.
    EasedSqlite,
    Mysql,
    EasedMysql,
    #[cfg(feature = "postgres")]
    Postgres,
    #[cfg(feature = "redis")]
    Redis,
    #[cfg(feature = "redis")]
    RedisCluster,
    #[cfg(feature = "memcached")]
    Memcached,
    #[cfg(feature = "mongodb")]
    Mongodb,
}

/// A copy with the names of port 41220, listening on a free one. Where a server has no databases
/// to keep tests apart, each has the names of another port.
pub struct TestApp {
    pub port: u16,
    pub identity: Identity,
    pub clock: TestClock,
    pub gate: Gate,
    pub sessions: Sessions,
    pub stopping: CancellationToken,
    pub setup: StoreSetup,
    looked_at: Arc<dyn Store>,
    /// Whether the copy's store refuses to delete.
    pub failing_deletes: Arc<AtomicBool>,
    /// The copy without its connections.
    pub service: Router,
    pub server: JoinHandle<std::io::Result<()>>,
    folder: TempDir,
}

impl TestApp {
    /// Starts a copy on `storage`, with an empty database.
    pub async fn start(storage: Storage) -> Self {
        match storage {
            Storage::Memory => Self::on(StoreSetup::Memory).await,
            Storage::File => Self::on(StoreSetup::File).await,
            Storage::Cookie => Self::on(StoreSetup::Cookie(CookieForm::Signed)).await,
            Storage::Sqlite => Self::on_sqlite().await,
            Storage::EasedSqlite => Self::eased_on_sqlite().await,
            Storage::Mysql => Self::on_mariadb(shared_mariadb().await).await,
            Storage::EasedMysql => Self::eased_on_mariadb(shared_mariadb().await).await,
            #[cfg(feature = "postgres")]
            Storage::Postgres => Self::on_postgres(shared_postgres().await).await,
            #[cfg(feature = "redis")]
            Storage::Redis => Self::on_redis(shared_redis().await).await,
            #[cfg(feature = "redis")]
            Storage::RedisCluster => {
                Self::on(StoreSetup::Redis(
                    shared_redis_cluster().await.credentials(),
                ))
                .await
            }
            #[cfg(feature = "memcached")]
            Storage::Memcached => {
                Self::on(StoreSetup::Memcached(
                    shared_memcached().await.credentials(),
                ))
                .await
            }
            #[cfg(feature = "mongodb")]
            Storage::Mongodb => {
                let server = shared_mongodb().await;
                let database = server.new_database().await;
                Self::on(StoreSetup::Mongodb(server.credentials(&database))).await
            }
        }
    }

    /// A copy on the store that `setup` describes.
    pub async fn on(setup: StoreSetup) -> Self {
        Self::with(tempfile::tempdir().unwrap(), setup, Limits::default()).await
    }

    /// A copy on a SQLite file.
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite"));
        Self::with(folder, setup, Limits::default()).await
    }

    /// The same, eased as a copy that is alone.
    pub async fn eased_on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite"));
        Self::eased(folder, setup).await
    }

    /// The same on a new database of `server`.
    pub async fn eased_on_mariadb(server: &MariaDb) -> Self {
        let database = server.new_database().await;
        let setup = StoreSetup::Mysql(server.credentials(&database));
        Self::eased(tempfile::tempdir().unwrap(), setup).await
    }

    async fn eased(folder: TempDir, setup: StoreSetup) -> Self {
        let place = Place {
            eased: true,
            ..Place::alone_on(&setup)
        };
        Self::with_place(folder, setup, Limits::default(), place).await
    }

    /// A copy on a new database of `server`.
    pub async fn on_mariadb(server: &MariaDb) -> Self {
        let database = server.new_database().await;
        Self::on(StoreSetup::Mysql(server.credentials(&database))).await
    }

    /// A copy on a new database of `server`.
    #[cfg(feature = "postgres")]
    pub async fn on_postgres(server: &Postgres) -> Self {
        let database = server.new_database().await;
        Self::on(StoreSetup::Postgres(server.credentials(&database))).await
    }

    /// A copy on an empty database of `server`.
    #[cfg(feature = "redis")]
    pub async fn on_redis(server: &Redis) -> Self {
        let database = server.new_database();
        Self::on(StoreSetup::Redis(server.credentials(&database))).await
    }

    /// A copy on a new database of `server`, reached through `port` if it is given.
    pub async fn on_server(server: &Server, port: Option<u16>) -> Self {
        let (mut credentials, _) = server.new_database().await;
        credentials.port = port.or(credentials.port);
        Self::on(server.setup(credentials)).await
    }

    /// A copy on a SQLite file whose connections live under `limits`.
    pub async fn with_limits(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let setup = StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite"));
        Self::with(folder, setup, limits).await
    }

    /// Two replicas of a copy on a new database of `server`, each with its own connections.
    pub async fn replicas(server: &Server) -> [Self; 2] {
        let (credentials, _) = server.new_database().await;
        let port = identity_port(&server.setup(credentials.clone()));
        let replica = async || {
            let (folder, setup) = (tempfile::tempdir(), server.setup(credentials.clone()));
            let place = Place {
                tenancy: Tenancy::Replica,
                port,
                eased: false,
            };
            Self::with_place(folder.unwrap(), setup, Limits::default(), place).await
        };
        [replica().await, replica().await]
    }

    /// A copy on the store that `setup` describes, with these live endpoints and no others.
    pub async fn serving(setup: StoreSetup, routes: Router<Sandbox>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::alone_on(&setup);
        Self::with_routes(folder, setup, Limits::default(), place, |_| routes).await
    }

    async fn with(folder: TempDir, setup: StoreSetup, limits: Limits) -> Self {
        let place = Place::alone_on(&setup);
        Self::with_place(folder, setup, limits, place).await
    }

    async fn with_place(folder: TempDir, setup: StoreSetup, limits: Limits, place: Place) -> Self {
        let routes = |gate| app::endpoints().merge(routes::routes(gate));
        Self::with_routes(folder, setup, limits, place, routes).await
    }

    async fn with_routes(
        folder: TempDir,
        setup: StoreSetup,
        limits: Limits,
        place: Place,
        routes: impl FnOnce(Gate) -> Router<Sandbox>,
    ) -> Self {
        choose_tls_provider();
        app::take_in(EXERCISES);
        let key: InstallKey = "5a".repeat(32).parse().unwrap();
        let identity = Identity::derive(place.port, &key);
        let tenancy = place.tenancy;
        let Opened {
            store,
            looked_at,
            failing_deletes,
        } = place.open(&setup, folder.path(), &identity).await;
        let clock = TestClock::new();
        let sessions = Sessions::new(store, &identity, clock.clock(), tenancy);
        let sandbox = Sandbox::from(Parts {
            identity: identity.clone(),
            sessions: sessions.clone(),
            started: clock.now(),
            clock: clock.clock(),
            max_wait: Duration::from_secs(300),
            stopping: CancellationToken::new(),
        });
        let beside = Database::new(&progress_in(&setup, &folder), 2);
        let progress = Progress::new(&beside, &identity);
        let quiz = Quiz::open(Bank::practice(), &beside, folder.path(), &sandbox, tenancy);
        let stopping = sandbox.stopping.clone();
        let gate = Gate::new();
        let routes = routes(gate.clone());
        let service = app::around(routes, sandbox, progress, quiz);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = server::serve(
            vec![listener],
            tls::rustls_config(&certificate_files_in(&folder).load_or_make().unwrap()),
            service.clone(),
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
            looked_at,
            failing_deletes,
            service,
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

    /// The store below all guards, to look at what is really there. Of a copy that is eased, the
    /// store as it uses it: what changes below is heard 100 ms later.
    pub fn store(&self) -> Arc<dyn Store> {
        self.looked_at.clone()
    }

    /// Whether the store removes expired sessions by itself.
    pub fn purges_itself(&self) -> bool {
        matches!(self.setup.kind().name(), "redis" | "memcached")
    }

    /// The folder that the copy works in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The name of the session cookie.
    pub fn cookie_name(&self) -> &str {
        self.identity.names.cookie.as_str()
    }
}

/// All lessons, and the exercises as they are given.
pub fn catalog() -> impl Iterator<Item = &'static Lesson> {
    app::take_in(EXERCISES);
    app::catalog()
}

/// A test works in no folder of its own, so its progress must not lie in the working folder.
fn progress_in(setup: &StoreSetup, folder: &TempDir) -> StoreSetup {
    match setup {
        StoreSetup::Mysql(_) | StoreSetup::Sqlite(_) => setup.clone(),
        #[cfg(feature = "postgres")]
        StoreSetup::Postgres(_) => setup.clone(),
        _ => StoreSetup::Sqlite(folder.path().join("sweatbox.sqlite")),
    }
}
