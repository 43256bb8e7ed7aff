//! Redis: a cache server that forgets expired sessions by itself.
//!
//! A session is a hash with three fields, so that its expiry moves without its data. What looks
//! before it writes is a script, which Redis runs as one step: the plain `SET … XX` of others
//! would do as well, if its answer were heard.

mod changes;
mod connect;
mod hash;
mod keys;
mod locks;

use super::{
    About, Listed, SharedLocks, Store, StoreError, StoreResult, StoredSession, Tenancy, Version,
    Words, schema::check_owner, unreadable,
};
use crate::{config::Credentials, identity::Identity};
use async_trait::async_trait;
use fred::{
    error::ErrorKind,
    prelude::{Client, ClientLike, Error, HashesInterface, KeysInterface, LuaInterface},
    types::{InfoKind, SetOptions, Value},
};
use hash::{Fields, moment, overwriting, read, stored};
use std::fmt;
use time::OffsetDateTime;
use tower_sessions::session::Id;

const CREATE: &str = "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[1], 'expiry', ARGV[2], 'version', ARGV[4])
redis.call('PEXPIREAT', KEYS[1], ARGV[3]) return 1";
const SAVE: &str = "local there = redis.call('HGET', KEYS[1], 'version')
if there ~= ARGV[4] and there ~= ARGV[5] then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[1], 'expiry', ARGV[2], 'version', ARGV[4])
redis.call('PEXPIREAT', KEYS[1], ARGV[3]) return 1";
const TOUCH: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'expiry', ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[2]) return 1";
/// Writes also where nothing is left: a logout whose answer was lost is tried again, and `WAIT`
/// holds it up for a write only.
const DELETE: &str = "if redis.call('DEL', KEYS[1]) == 1 then return 1 end
redis.call('SET', KEYS[1], '') redis.call('DEL', KEYS[1]) return 0";

/// Sessions as keys of a Redis database, or of a Redis Cluster.
#[derive(Clone)]
pub struct RedisStore {
    client: Client,
    /// How many replicas must have a change before it counts as made.
    wait: u32,
    identity: Identity,
    words: Words,
    /// This process's name in the list of claims, and in its locks.
    token: String,
    /// `host:port/database`, for messages.
    place: String,
    /// The credentials file, for messages.
    source: String,
}

impl RedisStore {
    /// Begins to connect, and goes on until it succeeds.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        let client = connect::client(credentials);
        client.connect();
        Self {
            client,
            wait: credentials.wait,
            identity: identity.clone(),
            words: words(&identity.names.cache_prefix),
            token: Id::default().to_string(),
            place: connect::place(credentials),
            source: credentials.source.display().to_string(),
        }
    }

    /// What stands between braces decides where in a cluster a key lies: a session and its lock
    /// lie together, so that one script may look at both.
    fn key(&self, id: &Id) -> String {
        format!("{}session:{{{id}}}", self.identity.names.cache_prefix)
    }

    fn meta_key(&self) -> String {
        format!("{}meta", self.identity.names.cache_prefix)
    }

    fn refused(&self) -> StoreError {
        StoreError::refused(
            format!("{}: wrong user or password", self.place),
            format!("correct `user` and `password` in {}", self.source),
        )
    }

    async fn run(&self, script: &str, id: &Id, arguments: Vec<Value>) -> StoreResult<bool> {
        let done = self.change(script, vec![self.key(id)], arguments).await;
        done.map(|done| done == 1)
    }

    fn sort(&self, error: &Error) -> StoreError {
        let what = format!("{}: {error}", self.place);
        match error.kind() {
            ErrorKind::Auth => self.refused(),
            ErrorKind::IO | ErrorKind::Canceled | ErrorKind::Routing => {
                StoreError::Disconnected(what)
            }
            // A cluster that is just choosing another master.
            ErrorKind::Timeout | ErrorKind::Cluster => StoreError::Unreachable(what),
            _ if error.details().starts_with("LOADING") => StoreError::Unreachable(what),
            _ if takes_no_changes(error.details()) => StoreError::Unwritable(what),
            _ => StoreError::Failed(what),
        }
    }
}

#[async_trait]
impl Store for RedisStore {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn words(&self) -> &Words {
        &self.words
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
        let names = vec!["data", "expiry", "version"];
        let fields: Fields = match self.client.hmget(self.key(id), names).await {
            Ok(fields) => fields,
            Err(error) => return Err(self.sort(&error)),
        };
        if fields.0.is_none() {
            return Ok(None);
        }
        Ok(read(fields).or_else(|| unreadable(self, id)))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        self.run(SAVE, id, overwriting(session, over)).await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        // No replica is waited for: a session that ends a little early is no lost change.
        let arguments: Vec<Value> = moment(expiry).into();
        let touched = self.client.eval(TOUCH, self.key(id), arguments).await;
        let touched: i64 = touched.map_err(|error| self.sort(&error))?;
        Ok(touched == 1)
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.run(DELETE, id, Vec::new()).await.map(|_| ())
    }

    async fn purge(&self, _: OffsetDateTime, _: u32) -> StoreResult<u64> {
        // Redis removes a key at its `PEXPIREAT`, by itself.
        Ok(0)
    }

    async fn count(&self) -> StoreResult<u64> {
        Ok(self.ids("").await?.len() as u64)
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        let mut listed = Vec::new();
        for id in self.ids(prefix).await?.into_iter().take(limit as usize) {
            // It may have ended since it was found.
            if let Some(StoredSession { data, expiry, .. }) = self.load(&id).await? {
                let bytes = data.len() as u64;
                listed.push(Listed { id, bytes, expiry });
            }
        }
        Ok(listed)
    }

    async fn claim(&self, tenancy: Tenancy) -> StoreResult<bool> {
        self.claim_as(tenancy).await
    }

    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        Some(self)
    }

    async fn ping(&self) -> StoreResult<()> {
        let done: Result<i64, Error> = self.client.exists(self.meta_key()).await;
        done.map(|_| ()).map_err(|error| self.sort(&error))
    }

    async fn close(&self) {
        self.give_claim_back().await;
        // The connection ends with the program all the same.
        let _ = self.client.quit().await;
    }
}

/// A replica, a master with too few of them, a disk that fails, a memory that is full.
fn takes_no_changes(error: &str) -> bool {
    let codes = ["READONLY", "NOREPLICAS", "MISCONF", "OOM"];
    codes.iter().any(|code| error.starts_with(code))
}

/// The scripts are shown by what they do, since nobody reads a hundred characters of Lua there.
fn words(prefix: &str) -> Words {
    let key = format!("{prefix}session:{{id}}");
    Words::new([
        format!("EVAL: unless EXISTS {key}: HSET data, expiry, version; PEXPIREAT"),
        format!("HMGET {key} data expiry version"),
        format!("EVAL: if HGET {key} version fits: HSET data, expiry, version; PEXPIREAT"),
        format!("EVAL: if EXISTS {key}: HSET expiry; PEXPIREAT"),
        format!("EVAL: DEL {key}"),
    ])
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisStore({})", self.place)
    }
}
