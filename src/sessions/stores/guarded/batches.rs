//! Several sessions at once, in a store that may be down.

use super::{
    super::{Batches, Row, StoreError, StoreResult, StoredSession},
    Guarded,
};
use async_trait::async_trait;
use tower_sessions::session::Id;

#[async_trait]
impl Batches for Guarded {
    async fn create_all(&self, rows: &[Row]) -> StoreResult<bool> {
        let Some(inner) = self.inner.batches() else {
            return Ok(false);
        };
        self.change(|| inner.create_all(rows)).await
    }

    async fn save_all(&self, rows: &[Row]) -> StoreResult<bool> {
        let Some(inner) = self.inner.batches() else {
            return Ok(false);
        };
        self.change(|| inner.save_all(rows)).await
    }

    fn loads(&self) -> bool {
        self.inner.batches().is_some_and(Batches::loads)
    }

    async fn load_all(&self, ids: &[Id]) -> StoreResult<Vec<Option<StoredSession>>> {
        let inner = self.inner.batches();
        let inner = inner.ok_or_else(|| StoreError::Failed("no batches".into()))?;
        self.run(|| inner.load_all(ids)).await
    }
}
