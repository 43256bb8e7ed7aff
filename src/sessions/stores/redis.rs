//! Redis: a cache server that forgets expired sessions by itself.
//!
//! A session is a hash with two fields, so that its expiry moves without its data. What looks
//! before it writes is a script, which Redis runs as one step: the plain `SET … XX` of others
//! would do as well, if its answer were heard.

use super::{About, Store, StoreError, StoreResult, StoredSession, schema::check_owner};
use crate::{config::Credentials, identity::Identity};
use async_trait::async_trait;
use fred::{
    error::ErrorKind,
    prelude::{Builder, Client, ClientLike, Config, Error, EventInterface, KeysInterface},
    prelude::{HashesInterface, LuaInterface, ReconnectPolicy, ServerConfig},
    types::{InfoKind, SetOptions, Value, config::UnresponsiveConfig},
};
use secrecy::ExposeSecret;
use std::{fmt, time::Duration};
use time::OffsetDateTime;
use tokio::time::sleep;
use tower_sessions::session::Id;

/// A first connection, where the server is there.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

const CREATE: &str = "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[1], 'expiry', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[3]) return 1";
const SAVE: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[1], 'expiry', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[3]) return 1";
const TOUCH: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'expiry', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[2]) return 1";

/// Sessions as keys of a Redis database.
pub struct RedisStore {
    client: Client,
    identity: Identity,
    /// `host:port/database`, for messages.
    place: String,
    /// The credentials file, for messages.
    source: String,
}

impl RedisStore {
    /// Begins to connect, and goes on until it succeeds.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        let Credentials { host, database, .. } = credentials;
        let port = credentials.port.unwrap_or(6379);
        let config = Config {
            server: ServerConfig::new_centralized(host, port),
            username: Some(credentials.user.clone()).filter(|user| !user.is_empty()),
            password: Some(credentials.password.expose_secret().to_owned())
                .filter(|password| !password.is_empty()),
            database: database.parse().ok(),
            // A server that is not there yet is waited for.
            fail_fast: false,
            ..Config::default()
        };
        let client = Builder::from_config(config)
            .with_connection_config(|connection| {
                connection.connection_timeout = Duration::from_secs(1);
                connection.internal_command_timeout = Duration::from_secs(1);
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
            .expect("a single server's address is a complete configuration");
        client.connect();
        Self {
            client,
            identity: identity.clone(),
            place: format!("redis {host}:{port}/{database}"),
            source: credentials.source.display().to_string(),
        }
    }

    fn key(&self, id: &Id) -> String {
        format!("{}session:{id}", self.identity.names.cache_prefix)
    }

    fn meta_key(&self) -> String {
        format!("{}meta", self.identity.names.cache_prefix)
    }

    /// Whether there is a connection, or soon; a wrong password is told at once.
    async fn connected(&self) -> StoreResult<()> {
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

    fn refused(&self) -> StoreError {
        StoreError::refused(
            format!("{}: wrong user or password", self.place),
            format!("correct `user` and `password` in {}", self.source),
        )
    }

    async fn run(&self, script: &str, id: &Id, arguments: Vec<Value>) -> StoreResult<bool> {
        let done: Result<i64, Error> = self.client.eval(script, self.key(id), arguments).await;
        done.map(|done| done == 1)
            .map_err(|error| self.sort(&error))
    }

    fn sort(&self, error: &Error) -> StoreError {
        let what = format!("{}: {error}", self.place);
        match error.kind() {
            ErrorKind::Auth => self.refused(),
            ErrorKind::IO | ErrorKind::Canceled | ErrorKind::Routing => {
                StoreError::Disconnected(what)
            }
            ErrorKind::Timeout => StoreError::Unreachable(what),
            _ if error.details().starts_with("LOADING") => StoreError::Unreachable(what),
            _ => StoreError::Failed(what),
        }
    }
}

#[async_trait]
impl Store for RedisStore {
    fn name(&self) -> &'static str {
        "redis"
    }

    async fn inspect(&self) -> StoreResult<bool> {
        self.connected().await?;
        let owner = self.client.get(self.meta_key()).await;
        let owner: Option<String> = owner.map_err(|error| self.sort(&error))?;
        let Some(owner) = owner else {
            return Ok(false);
        };
        let prefix = &self.identity.names.cache_prefix;
        let what = format!("what lies under {prefix}*");
        let way_out = format!("delete the keys {prefix}* in {}", self.place);
        check_owner(&what, &owner, &self.identity.fingerprint, &way_out)?;
        Ok(true)
    }

    async fn about(&self) -> StoreResult<About> {
        self.connected().await?;
        let info: Result<String, Error> = self.client.info(Some(InfoKind::Server)).await;
        let info = info.map_err(|error| self.sort(&error))?;
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name));
        let micros = field("server_time_usec:").and_then(|time| time.trim().parse::<i128>().ok());
        let clock = micros.map(|time| OffsetDateTime::from_unix_timestamp_nanos(time * 1000));
        Ok(About {
            version: format!(
                "Redis {}",
                field("redis_version:").unwrap_or("of unknown version")
            ),
            clock: clock.and_then(Result::ok),
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        if self.inspect().await? {
            return Ok(());
        }
        let ours = self.identity.fingerprint.as_str();
        let set = self
            .client
            .set(self.meta_key(), ours, None, Some(SetOptions::NX), false)
            .await;
        let _: Option<String> = set.map_err(|error| self.sort(&error))?;
        // Another copy may have signed in the same moment, under another key.
        self.inspect().await.map(|_| ())
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        self.run(CREATE, id, stored(session)).await
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let fields = self
            .client
            .hmget(self.key(id), vec!["data", "expiry"])
            .await;
        let (data, expiry): (Option<Vec<u8>>, Option<i64>) =
            fields.map_err(|error| self.sort(&error))?;
        let (Some(data), Some(expiry)) = (data, expiry) else {
            return Ok(None);
        };
        let expiry = OffsetDateTime::from_unix_timestamp_nanos(i128::from(expiry) * 1000)
            .map_err(|error| StoreError::Failed(format!("an expiry that is no date: {error}")))?;
        Ok(Some(StoredSession { data, expiry }))
    }

    async fn save(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        self.run(SAVE, id, stored(session)).await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        self.run(TOUCH, id, moment(expiry).into()).await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let done: Result<i64, Error> = self.client.del(self.key(id)).await;
        done.map(|_| ()).map_err(|error| self.sort(&error))
    }

    async fn purge(&self, _: OffsetDateTime, _: u32) -> StoreResult<u64> {
        // Redis removes a key at its `PEXPIREAT`, by itself.
        Ok(0)
    }

    async fn count(&self) -> StoreResult<u64> {
        let pattern = format!("{}session:*", self.identity.names.cache_prefix);
        let (mut cursor, mut count) = ("0".to_owned(), 0);
        loop {
            let page = self
                .client
                .scan_page(cursor, pattern.clone(), Some(1000), None)
                .await;
            let page: (String, Vec<String>) = page.map_err(|error| self.sort(&error))?;
            count += page.1.len() as u64;
            cursor = page.0;
            if cursor == "0" {
                return Ok(count);
            }
        }
    }

    async fn ping(&self) -> StoreResult<()> {
        let done: Result<i64, Error> = self.client.exists(self.meta_key()).await;
        done.map(|_| ()).map_err(|error| self.sort(&error))
    }

    async fn close(&self) {
        // The connection ends with the program all the same.
        let _ = self.client.quit().await;
    }
}

fn stored(session: &StoredSession) -> Vec<Value> {
    let data = Value::Bytes(session.data.clone().into());
    [data].into_iter().chain(moment(session.expiry)).collect()
}

/// A moment as we read it, in microseconds, and as Redis does, in milliseconds.
fn moment(moment: OffsetDateTime) -> [Value; 2] {
    let micros = moment.unix_timestamp_nanos() / 1000;
    // Rounded up: the key must not go before its session has expired.
    let millis = (micros + 999) / 1000;
    [micros, millis].map(|number| Value::Integer(number as i64))
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisStore({})", self.place)
    }
}
