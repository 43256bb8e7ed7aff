//! A private database server of any kind, for scenarios that stop and freeze it.

#[cfg(feature = "memcached")]
use super::Memcached;
#[cfg(feature = "mongodb")]
use super::Mongodb;
#[cfg(feature = "postgres")]
use super::Postgres;
use super::{MariaDb, keeper::Keeper};
#[cfg(feature = "redis")]
use super::{Redis, RedisCluster};
use sweatbox::config::{Credentials, StoreSetup};

/// The kinds of server that a store can be on.
#[derive(Debug, Clone, Copy)]
pub enum ServerKind {
    MariaDb,
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

/// A running server.
pub enum Server {
    MariaDb(MariaDb),
    #[cfg(feature = "postgres")]
    Postgres(Postgres),
    #[cfg(feature = "redis")]
    Redis(Redis),
    #[cfg(feature = "redis")]
    RedisCluster(RedisCluster),
    #[cfg(feature = "memcached")]
    Memcached(Memcached),
    #[cfg(feature = "mongodb")]
    Mongodb(Mongodb),
}

impl Server {
    /// Starts a server of this kind, for this test alone.
    pub async fn start(kind: ServerKind) -> Self {
        match kind {
            ServerKind::MariaDb => Self::MariaDb(MariaDb::start().await),
            #[cfg(feature = "postgres")]
            ServerKind::Postgres => Self::Postgres(Postgres::start().await),
            #[cfg(feature = "redis")]
            ServerKind::Redis => Self::Redis(Redis::start().await),
            #[cfg(feature = "redis")]
            ServerKind::RedisCluster => Self::RedisCluster(RedisCluster::start().await),
            #[cfg(feature = "memcached")]
            ServerKind::Memcached => Self::Memcached(Memcached::start().await),
            #[cfg(feature = "mongodb")]
            ServerKind::Mongodb => Self::Mongodb(Mongodb::start().await),
        }
    }

    /// Starts it again after `stop`, on the same port.
    pub async fn start_again(&mut self) {
        match self {
            Self::MariaDb(server) => server.start_again().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.start_again().await,
            #[cfg(feature = "redis")]
            Self::Redis(server) => server.start_again().await,
            #[cfg(feature = "redis")]
            Self::RedisCluster(cluster) => cluster.start_again().await,
            #[cfg(feature = "memcached")]
            Self::Memcached(server) => server.start_again().await,
            #[cfg(feature = "mongodb")]
            Self::Mongodb(server) => server.start_again().await,
        }
    }

    /// Kills it, as a power cut would.
    pub fn stop(&mut self) {
        match self {
            Self::MariaDb(server) => server.stop(),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.stop(),
            #[cfg(feature = "redis")]
            Self::Redis(server) => server.stop(),
            #[cfg(feature = "redis")]
            Self::RedisCluster(cluster) => cluster.stop(),
            #[cfg(feature = "memcached")]
            Self::Memcached(server) => server.stop(),
            #[cfg(feature = "mongodb")]
            Self::Mongodb(server) => server.stop(),
        }
    }

    /// The process, to freeze and to thaw.
    pub fn process(&self) -> &Keeper {
        match self {
            Self::MariaDb(server) => server.process(),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.process(),
            #[cfg(feature = "redis")]
            Self::Redis(server) => server.process(),
            #[cfg(feature = "redis")]
            Self::RedisCluster(cluster) => cluster.process(),
            #[cfg(feature = "memcached")]
            Self::Memcached(server) => server.process(),
            #[cfg(feature = "mongodb")]
            Self::Mongodb(server) => server.process(),
        }
    }

    /// The name of the store on it.
    pub fn store_name(&self) -> &'static str {
        match self {
            Self::MariaDb(_) => "mysql",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "postgres",
            #[cfg(feature = "redis")]
            Self::Redis(_) | Self::RedisCluster(_) => "redis",
            #[cfg(feature = "memcached")]
            Self::Memcached(_) => "memcached",
            #[cfg(feature = "mongodb")]
            Self::Mongodb(_) => "mongodb",
        }
    }

    /// What it calls itself.
    pub fn product(&self) -> &'static str {
        match self {
            Self::MariaDb(_) => "MariaDB",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "PostgreSQL 1",
            #[cfg(feature = "redis")]
            Self::Redis(_) | Self::RedisCluster(_) => "Redis 7",
            #[cfg(feature = "memcached")]
            Self::Memcached(_) => "Memcached 1",
            #[cfg(feature = "mongodb")]
            Self::Mongodb(_) => "MongoDB ",
        }
    }

    /// Credentials for a new, empty database, and the text of a file with them.
    pub async fn new_database(&self) -> (Credentials, String) {
        match self {
            Self::MariaDb(server) => {
                let name = server.new_database().await;
                (server.credentials(&name), server.credentials_json(&name))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => {
                let name = server.new_database().await;
                (server.credentials(&name), server.credentials_json(&name))
            }
            #[cfg(feature = "redis")]
            Self::Redis(server) => {
                let name = server.new_database();
                (server.credentials(&name), server.credentials_json(&name))
            }
            #[cfg(feature = "redis")]
            Self::RedisCluster(cluster) => (cluster.credentials(), cluster.credentials_json()),
            #[cfg(feature = "memcached")]
            Self::Memcached(server) => (server.credentials(), server.credentials_json()),
            #[cfg(feature = "mongodb")]
            Self::Mongodb(server) => {
                let name = server.new_database().await;
                (server.credentials(&name), server.credentials_json(&name))
            }
        }
    }

    /// A store on it.
    pub fn setup(&self, credentials: Credentials) -> StoreSetup {
        match self {
            Self::MariaDb(_) => StoreSetup::Mysql(credentials),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => StoreSetup::Postgres(credentials),
            #[cfg(feature = "redis")]
            Self::Redis(_) | Self::RedisCluster(_) => StoreSetup::Redis(credentials),
            #[cfg(feature = "memcached")]
            Self::Memcached(_) => StoreSetup::Memcached(credentials),
            #[cfg(feature = "mongodb")]
            Self::Mongodb(_) => StoreSetup::Mongodb(credentials),
        }
    }
}
