//! Which sessions there are: a list of all keys that the server has.

use super::{MemcachedStore, StoreError, StoreResult};
use async_memcached::{Client, Error, ErrorKind, Status};
use std::{collections::HashSet, time::Duration};
use tokio::time::sleep;
use tower_sessions::session::Id;

/// How often, and after what pause, a list of keys is asked for while another one is made.
const LIST_TRIES: u32 = 16;
const LIST_PAUSE: Duration = Duration::from_millis(50);

impl MemcachedStore {
    /// The ids of all sessions, found among all keys that the server has.
    pub(super) async fn ids(&self) -> StoreResult<HashSet<Id>> {
        let start = self.key("session:");
        for _ in 0..LIST_TRIES {
            let mut lease = self.pool.lease().await?;
            let answer = dump(lease.client(), &start).await;
            if let Some(ids) = lease.end(answer)? {
                return Ok(ids);
            }
            sleep(LIST_PAUSE).await;
        }
        // Not `Unreachable`, which would tell visitors that the store is down.
        let what = format!("{}: busy with other lists of its keys", self.pool.place);
        Err(StoreError::Failed(what))
    }
}

/// The ids behind `start` among all keys; `None` while the server makes another such list, or
/// looks for expired items, which it does from time to time.
async fn dump(client: &mut Client, start: &str) -> Result<Option<HashSet<Id>>, Error> {
    let mut ids = HashSet::new();
    let mut entries = client.dump_keys().await?;
    while let Some(entry) = entries.next().await {
        match entry {
            Ok(entry) => {
                // Escaped as in a URL; of what our keys are made of, that is the colon only.
                let key = String::from_utf8_lossy(&entry.key).replace("%3A", ":");
                ids.extend(key.strip_prefix(start).and_then(|id| id.parse::<Id>().ok()));
            }
            Err(Error::Protocol(Status::Error(ErrorKind::Generic(why))))
                if why.starts_with("BUSY") =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Some(ids))
}
