//! Several sessions at once, in a store that may be down.

use super::{
    super::{Batches, StoreResult, StoredSession},
    Guarded,
};
use async_trait::async_trait;
use tower_sessions::session::Id;

#[async_trait]
impl Batches for Guarded {
    async fn create_all(&self, sessions: &[(Id, StoredSession)]) -> StoreResult<bool> {
        let Some(inner) = self.inner.batches() else {
            return Ok(false);
        };
        self.change(|| inner.create_all(sessions)).await
    }

    async fn save_all(&self, sessions: &[(Id, StoredSession)]) -> StoreResult<bool> {
        let Some(inner) = self.inner.batches() else {
            return Ok(false);
        };
        self.change(|| inner.save_all(sessions)).await
    }
}
