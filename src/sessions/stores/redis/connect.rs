//! The connection to a Redis server, or to all servers of a Redis Cluster.

use super::{RedisStore, StoreError, StoreResult};
use crate::config::Credentials;
use fred::{
    error::ErrorKind,
    prelude::{Builder, Client, ClientLike, Config, EventInterface, ReconnectPolicy, ServerConfig},
    types::config::UnresponsiveConfig,
};
use secrecy::ExposeSecret;
use std::time::Duration;
use tokio::time::sleep;

/// A first connection, where the server is there.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// A client that begins to connect when it is told to.
pub(super) fn client(credentials: &Credentials) -> Client {
    let Credentials { host, database, .. } = credentials;
    let server = match &credentials.nodes[..] {
        [] => ServerConfig::new_centralized(host, credentials.port.unwrap_or(6379)),
        // Any of them tells of all the others.
        nodes => ServerConfig::new_clustered(nodes.to_vec()),
    };
    let config = Config {
        server,
        username: Some(credentials.user.clone()).filter(|user| !user.is_empty()),
        password: Some(credentials.password.expose_secret().to_owned())
            .filter(|password| !password.is_empty()),
        database: database.parse().ok(),
        // A server that is not there yet is waited for.
        fail_fast: false,
        ..Config::default()
    };
    Builder::from_config(config)
        .with_connection_config(|connection| {
            connection.connection_timeout = Duration::from_secs(1);
            connection.internal_command_timeout = Duration::from_secs(1);
            // Sent again by itself, on another connection or to another master, a change would
            // part from its `WAIT`. Whoever asks again asks for both.
            connection.max_command_attempts = 1;
            connection.unresponsive = UnresponsiveConfig {
                max_timeout: Some(Duration::from_secs(1)),
                interval: Duration::from_millis(250),
            };
        })
        .with_performance_config(|performance| {
            performance.default_command_timeout = Duration::from_secs(1);
        })
        .set_policy(ReconnectPolicy::new_constant(0, 100))
        .build()
        .expect("a server's address is a complete configuration")
}

/// Where it is, for messages.
pub(super) fn place(credentials: &Credentials) -> String {
    match &credentials.nodes[..] {
        [] => format!(
            "redis {}:{}/{}",
            credentials.host,
            credentials.port.unwrap_or(6379),
            credentials.database
        ),
        [(host, port), ..] => format!("redis cluster of {host}:{port}"),
    }
}

impl RedisStore {
    /// Whether there is a connection, or soon; a wrong password is told at once.
    pub(super) async fn connected(&self) -> StoreResult<()> {
        if self.client.is_connected() {
            return Ok(());
        }
        let mut errors = self.client.error_rx();
        let refused = async {
            // The client goes on trying and reports each attempt.
            while let Ok((error, _)) = errors.recv().await {
                if *error.kind() == ErrorKind::Auth {
                    return;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            outcome = self.client.wait_for_connect() => outcome.map_err(|error| self.sort(&error)),
            () = refused => Err(self.refused()),
            () = sleep(CONNECT_LIMIT) => {
                let what = format!("{}: no connection within 1 s", self.place);
                Err(StoreError::Unreachable(what))
            }
        }
    }
}
