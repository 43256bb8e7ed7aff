//! What the session keeps of this lesson: a key to the records, and how often was counted.

use crate::{error::HttpError, sessions::Visitor};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tower_sessions::session::Id;

/// Where that is in the session.
pub(super) const NOTES: &str = "notes360";

/// The session's part: enough to find the records, and to see what they have lost.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Notes {
    /// Random; the records' id is made from it.
    key: String,
    /// How often the learner has counted.
    pub(super) clicks: u64,
}

impl Notes {
    pub(super) fn new() -> Self {
        let key = Id::default().to_string();
        Self { key, clicks: 0 }
    }

    /// The id of the records. Not the key itself: the X-ray shows that one.
    pub(super) fn id(&self) -> Id {
        let hash: [u8; 32] = Sha256::digest(self.key.as_bytes()).into();
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        Id(i128::from_le_bytes(id))
    }

    /// Notes a click in the session; says how many there were.
    pub(super) async fn keep_one_more(&self, visitor: &Visitor) -> Result<u64, HttpError> {
        let Some(session) = visitor.lock().await? else {
            return Ok(self.clicks);
        };
        let kept: Option<Self> = session.get(NOTES).await?;
        let clicks = kept.map_or(0, |notes| notes.clicks).saturating_add(1);
        let key = self.key.clone();
        session.insert(NOTES, Self { key, clicks }).await?;
        Ok(clicks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_follows_from_the_key_and_does_not_show_it() {
        let (one, two) = (Notes::new(), Notes::new());
        assert_eq!(one.id(), one.id());
        assert_ne!(one.id(), two.id());
        assert_ne!(one.id().to_string(), one.key);
    }
}
