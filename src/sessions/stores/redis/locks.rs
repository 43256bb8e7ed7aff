//! Locks between processes: a key that is set only where there is none, and ends by itself.
//!
//! Redis does not see that a process has died, so every lock is a lease. A holder that was held
//! up for longer must not save any more: the script that saves looks at the lock first.

use super::{RedisStore, SAVE, hash::overwriting};
use crate::sessions::stores::{
    CLAIM_LEASE, LOCK_LEASE, SharedLock, SharedLocks, StoreError, StoreResult, StoredSession,
    Tenancy, Version,
};
use async_trait::async_trait;
use fred::{
    prelude::{Error, KeysInterface, LuaInterface},
    types::{Expiration, SetOptions, Value},
};
use std::{fmt, time::Duration};
use tokio::time::{Instant, sleep};
use tower_sessions::session::Id;

/// Between two looks at a lock that somebody holds.
const PAUSE: Duration = Duration::from_millis(5);

/// As `SAVE`, where the lock `KEYS[2]` still holds our token; -1 where it does not.
const SAVE_LOCKED: &str = "if redis.call('GET', KEYS[2]) ~= ARGV[6] then return -1 end ";
const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then \
                       return redis.call('DEL', KEYS[1]) end return 0";
/// The claims that have not run out, by their ends. `ARGV`: ours, its lease, "alone" or "replica".
const CLAIM: &str = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for _, other in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local alone = ARGV[3] == 'alone' or string.sub(other, 1, 5) == 'alone'
  if other ~= ARGV[1] and alone then return 0 end
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1";
const UNCLAIM: &str = "redis.call('ZREM', KEYS[1], 'alone ' .. ARGV[1], 'replica ' .. ARGV[1])";

impl RedisStore {
    fn claims_key(&self) -> String {
        format!("{}claims", self.identity.names.cache_prefix)
    }

    fn lock_key(&self, id: &Id) -> String {
        format!("{}lock:{{{id}}}", self.identity.names.cache_prefix)
    }

    pub(super) async fn claim_as(&self, tenancy: Tenancy) -> StoreResult<bool> {
        self.connected().await?;
        let kind = match tenancy {
            Tenancy::Alone => "alone",
            Tenancy::Replica => "replica",
        };
        let lease = CLAIM_LEASE.as_millis().to_string();
        let arguments = vec![format!("{kind} {}", self.token), lease, kind.to_owned()];
        let claimed = self.client.eval(CLAIM, self.claims_key(), arguments).await;
        let claimed: i64 = claimed.map_err(|error| self.sort(&error))?;
        Ok(claimed == 1)
    }

    pub(super) async fn give_claim_back(&self) {
        let (key, token) = (self.claims_key(), self.token.clone());
        // Not given back it runs out.
        let _: Result<Value, Error> = self.client.eval(UNCLAIM, key, token).await;
    }
}

#[async_trait]
impl SharedLocks for RedisStore {
    async fn lock(&self, id: &Id, wait: Duration) -> StoreResult<Option<Box<dyn SharedLock>>> {
        let key = self.lock_key(id);
        // Of this very taking: what is left of an earlier one proves nothing.
        let token = Id::default().to_string();
        let end = Instant::now() + wait;
        loop {
            let lease = Expiration::PX(LOCK_LEASE.as_millis() as i64);
            let set = self
                .client
                .set(&key, &token, Some(lease), Some(SetOptions::NX), false)
                .await;
            let set: Option<String> = set.map_err(|error| self.sort(&error))?;
            if set.is_some() {
                break;
            }
            if Instant::now() >= end {
                return Ok(None);
            }
            sleep(PAUSE).await;
        }
        Ok(Some(Box::new(RedisLock {
            store: self.clone(),
            key,
            token,
        })))
    }
}

/// A lock that is held.
struct RedisLock {
    store: RedisStore,
    key: String,
    token: String,
}

#[async_trait]
impl SharedLock for RedisLock {
    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let store = &self.store;
        let script = format!("{SAVE_LOCKED}{SAVE}");
        let keys = vec![store.key(id), self.key.clone()];
        let mut arguments = overwriting(session, over);
        arguments.push(self.token.clone().into());
        match store.change(&script, keys, arguments).await? {
            -1 => Err(StoreError::Unreachable("the session's lock ran out".into())),
            saved => Ok(saved == 1),
        }
    }

    async fn release(&self) {
        let (key, token) = (self.key.clone(), self.token.clone());
        // Not given back it runs out.
        let _: Result<Value, Error> = self.store.client.eval(RELEASE, key, token).await;
    }
}

impl fmt::Debug for RedisLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisLock({})", self.key)
    }
}
