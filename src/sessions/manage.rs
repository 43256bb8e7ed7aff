//! What the owner of a copy may do with its sessions.

use super::{
    Sessions,
    stores::{Listed, StoreResult},
};

/// How a wish to end sessions came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// So many were ended.
    Sessions(u64),
    /// More than one was meant, and only one was to be ended.
    Ambiguous,
}

/// How many are ended in one go; further ones are found by the next look.
const BATCH: u32 = 500;

impl Sessions {
    /// At most `limit` sessions whose ids begin with `prefix`, those of the farthest end first.
    ///
    /// # Errors
    /// When the store fails, or cannot know.
    pub async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        let mut listed = self.0.store.list(prefix, limit).await?;
        listed.sort_by_key(|listed| std::cmp::Reverse(listed.expiry));
        Ok(listed)
    }

    /// How many sessions there are, expired ones included as long as they are not purged.
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn count(&self) -> StoreResult<u64> {
        self.0.store.count().await
    }

    /// Ends the session whose id begins with `prefix`, or, with `all`, all of them. A request
    /// that is at work with one of them does not bring it back (S4).
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn end(&self, prefix: &str, all: bool) -> StoreResult<Ended> {
        let mut ended = 0;
        loop {
            let found = self.0.store.list(prefix, BATCH).await?;
            if found.len() > 1 && !all {
                return Ok(Ended::Ambiguous);
            }
            if found.is_empty() {
                return Ok(Ended::Sessions(ended));
            }
            for listed in found {
                self.0.store.delete(&listed.id).await?;
                ended += 1;
            }
        }
    }
}
