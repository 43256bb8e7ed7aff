//! Several sessions at once, in a store that may be down.

use super::{
    super::{Batches, Row, StoreResult},
    Guarded,
};
use async_trait::async_trait;

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
}
