//! Memcached: a cache server that forgets expired sessions by itself, and others when it is full.
//!
//! Forgetting is its trade: a session that had to make room is simply gone, and its visitor
//! begins a new one. An item may have 1 MiB and ours have some 64 KiB, so only a server with a
//! smaller `-I` says "object too large", and then forgets what was there before as well. Spoken
//! is the meta protocol of version 1.6, over IPv4, which is all that the crate connects to.

mod item;
mod keys;
mod pool;

use super::{
    About, CLAIM_LEASE, Listed, Store, StoreError, StoreResult, StoredSession, Tenancy, Version,
    Words, from_micros, schema::check_owner, unreadable,
};
use crate::{config::Credentials, identity::Identity};
use async_memcached::{Error, MetaProtocol, Status};
use async_trait::async_trait;
use item::{keep_until, packed, unpacked};
use pool::Pool;
use std::{fmt, time::Duration};
use time::OffsetDateTime;
use tokio::time::timeout;
use tower_sessions::session::Id;

/// How long the end of the program waits for the claim to be given back.
const RELEASE_LIMIT: Duration = Duration::from_millis(500);

/// Sessions as items of a Memcached server.
pub struct MemcachedStore {
    pool: Pool,
    identity: Identity,
    words: Words,
    /// What a claim of this process holds.
    token: String,
}

impl MemcachedStore {
    /// Nothing is connected yet.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        Self {
            pool: Pool::new(credentials),
            identity: identity.clone(),
            words: words(&identity.names.cache_prefix),
            token: Id::default().to_string(),
        }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.identity.names.cache_prefix)
    }

    fn session_key(&self, id: &Id) -> String {
        self.key(&format!("session:{id}"))
    }

    /// What is under `key`, with the number that is another one after every change.
    async fn read(&self, key: &str) -> StoreResult<Option<(Vec<u8>, u64)>> {
        let mut lease = self.pool.lease().await?;
        let client = lease.client();
        let answer = client.meta_get(key, false, None, Some(&["v", "c"])).await;
        let item = lease.end(answer)?;
        Ok(item.map(|item| (item.data.unwrap_or_default(), item.cas.unwrap_or_default())))
    }

    /// Writes `value` on the condition that is among `flags`: `ME` where nothing is, `C` and a
    /// number where nothing has changed. `false` where it did not hold.
    async fn write(&self, key: &str, value: &[u8], flags: &[&str]) -> StoreResult<bool> {
        let mut lease = self.pool.lease().await?;
        let client = lease.client();
        let answer = client.meta_set(key, value, false, None, Some(flags)).await;
        lease.end(done(answer))
    }

    async fn remove(&self, key: &str, flags: &[&str]) -> StoreResult<bool> {
        let mut lease = self.pool.lease().await?;
        let client = lease.client();
        let answer = client.meta_delete(key, false, None, Some(flags)).await;
        lease.end(done(answer))
    }
}

#[async_trait]
impl Store for MemcachedStore {
    fn name(&self) -> &'static str {
        "memcached"
    }

    fn words(&self) -> &Words {
        &self.words
    }

    async fn inspect(&self) -> StoreResult<bool> {
        let key = self.key("meta");
        let Some((owner, number)) = self.read(&key).await? else {
            return Ok(false);
        };
        let place = &self.pool.place;
        if number == 0 {
            // `touch` and `claim` would try for ever.
            let problem = format!("{place}: it does not number its items (-C)");
            return Err(StoreError::refused(problem, "start Memcached without -C"));
        }
        let what = format!("what lies under {}*", self.identity.names.cache_prefix);
        let way_out = format!("delete the key {key} in {place}");
        let owner = String::from_utf8_lossy(&owner);
        check_owner(&what, &owner, &self.identity.fingerprint, &way_out)?;
        Ok(true)
    }

    async fn about(&self) -> StoreResult<About> {
        let mut lease = self.pool.lease().await?;
        let answer = lease.client().stats().await;
        let stats = lease.end(answer)?;
        let version = stats.get("version").map(String::as_str);
        let clock = stats.get("time").and_then(|time| time.parse::<i64>().ok());
        Ok(About {
            version: format!("Memcached {}", version.unwrap_or("of unknown version")),
            clock: clock.and_then(|time| OffsetDateTime::from_unix_timestamp(time).ok()),
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        if self.inspect().await? {
            return Ok(());
        }
        let ours = self.identity.fingerprint.as_str().as_bytes();
        self.write(&self.key("meta"), ours, &["ME"]).await?;
        // Another copy may have signed in the same moment, under another key.
        self.inspect().await.map(|_| ())
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let (key, end) = (self.session_key(id), keep_until(session.expiry));
        self.write(&key, &packed(session), &["ME", &end]).await
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let item = self.read(&self.session_key(id)).await?;
        Ok(item.and_then(|(value, _)| unpacked(&value).or_else(|| unreadable(self, id))))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let (key, end) = (self.session_key(id), keep_until(session.expiry));
        while let Some((value, number)) = self.read(&key).await? {
            let there = unpacked(&value).map(|session| session.version);
            if !there.is_some_and(|there| there.gives_way_to(session.version, over)) {
                return Ok(false);
            }
            // A touch between our reading and our writing is no reason to give up.
            let unchanged = format!("C{number}");
            let item = packed(session);
            if self.write(&key, &item, &[&unchanged, &end]).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let (key, end) = (self.session_key(id), keep_until(expiry));
        // Data and expiry change together only. Without the number, a save between our reading
        // and our writing would be undone.
        while let Some((value, number)) = self.read(&key).await? {
            let Some(session) = unpacked(&value) else {
                return Ok(false);
            };
            let unchanged = format!("C{number}");
            let value = packed(&StoredSession { expiry, ..session });
            if self.write(&key, &value, &[&unchanged, &end]).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.remove(&self.session_key(id), &[]).await.map(|_| ())
    }

    async fn purge(&self, _: OffsetDateTime, _: u32) -> StoreResult<u64> {
        // Memcached gives no item out after its end, and takes the room back by itself.
        Ok(0)
    }

    async fn count(&self) -> StoreResult<u64> {
        Ok(self.ids().await?.len() as u64)
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        let mut ids = self.ids().await?;
        ids.retain(|id| id.to_string().starts_with(prefix));
        let mut listed = Vec::new();
        for id in ids.into_iter().take(limit as usize) {
            // It may be gone since the list was made.
            if let Some(session) = self.load(&id).await? {
                let bytes = session.data.len() as u64;
                let expiry = session.expiry;
                listed.push(Listed { id, bytes, expiry });
            }
        }
        Ok(listed)
    }

    async fn claim(&self, _: Tenancy) -> StoreResult<bool> {
        // Without locks between processes there are no replicas: every claim is exclusive.
        let (key, token) = (self.key("owner"), self.token.as_bytes());
        let lease = format!("T{}", CLAIM_LEASE.as_secs());
        loop {
            let condition = match self.read(&key).await? {
                None => "ME".to_owned(),
                Some((owner, number)) if owner == token => format!("C{number}"),
                Some(_) => return Ok(false),
            };
            if self.write(&key, token, &[&condition, &lease]).await? {
                return Ok(true);
            }
        }
    }

    async fn ping(&self) -> StoreResult<()> {
        // A server that was started again, or was full, has lost it; it is then made again.
        let key = self.key("meta");
        match self.read(&key).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::Unprepared(format!("the key {key} is gone"))),
        }
    }

    async fn close(&self) {
        let release = async {
            let key = self.key("owner");
            if let Ok(Some((owner, number))) = self.read(&key).await
                && owner == self.token.as_bytes()
            {
                let unchanged = format!("C{number}");
                let _ = self.remove(&key, &[&unchanged]).await;
            }
        };
        // Where it does not succeed, the claim ends by itself.
        let _ = timeout(RELEASE_LIMIT, release).await;
        self.pool.idle().clear();
    }
}

/// Whether what was asked for was done; "not there" and "changed since" are answers, too.
fn done<T>(answer: Result<T, Error>) -> Result<bool, Error> {
    match answer {
        Ok(_) => Ok(true),
        Err(Error::Protocol(Status::NotStored | Status::Exists | Status::NotFound)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn words(prefix: &str) -> Words {
    let key = format!("{prefix}session:ID");
    Words::new([
        format!("ms {key} BYTES ME TEND"),
        format!("mg {key} v c"),
        format!("mg {key} v c, ms {key} BYTES CNUMBER TEND"),
        format!("mg {key} v c, ms {key} BYTES CNUMBER TEND"),
        format!("md {key}"),
    ])
}

impl fmt::Debug for MemcachedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemcachedStore({})", self.pool.place)
    }
}
