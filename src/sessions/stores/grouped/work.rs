//! What goes in company: beginnings and saves, each for themselves, and loads.

use super::super::{Row, Store, StoreError, StoreResult, StoredSession, lane::Work};
use async_trait::async_trait;
use std::sync::Arc;
use tower_sessions::session::Id;

/// What writes do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// They begin sessions.
    Creates,
    /// They overwrite sessions.
    Saves,
}

/// Writes of one kind.
#[derive(Debug)]
pub(super) struct Writes {
    pub(super) kind: Kind,
    pub(super) store: Arc<dyn Store>,
}

/// Reads.
#[derive(Debug)]
pub(super) struct Loads {
    pub(super) store: Arc<dyn Store>,
}

#[async_trait]
impl Work for Writes {
    type Wish = Row;
    type Answer = bool;
    const PREPARED: bool = true;

    /// Of two saves of a session the later one is to be written later.
    fn once(row: &Row) -> Option<Id> {
        Some(row.id)
    }

    fn bytes(row: &Row) -> usize {
        row.session.data.len()
    }

    fn too_late() -> StoreError {
        StoreError::Unwritable("too many changes were waiting before".into())
    }

    async fn alone(&self, row: &Row) -> StoreResult<bool> {
        let Row { id, session, over } = row;
        match self.kind {
            Kind::Creates => self.store.create(id, session).await,
            Kind::Saves => self.store.save(id, session, *over).await,
        }
    }

    async fn together(&self, rows: &[Row]) -> Option<Vec<StoreResult<bool>>> {
        let batches = self.store.batches()?;
        let written = match self.kind {
            Kind::Creates => batches.create_all(rows).await,
            Kind::Saves => batches.save_all(rows).await,
        };
        match written {
            // One of them is gone or overtaken, or cannot be written: the others are none the
            // worse, and those that are written already are so once more.
            Ok(false) | Err(StoreError::Failed(_)) => None,
            known => Some(vec![known; rows.len()]),
        }
    }
}

#[async_trait]
impl Work for Loads {
    type Wish = Id;
    type Answer = Option<StoredSession>;
    // The store fills up what it has prepared.
    const PREPARED: bool = false;

    fn once(_: &Id) -> Option<Id> {
        None
    }

    fn bytes(_: &Id) -> usize {
        0
    }

    fn too_late() -> StoreError {
        StoreError::Unreachable("too many loads were waiting before".into())
    }

    async fn alone(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        self.store.load(id).await
    }

    async fn together(&self, ids: &[Id]) -> Option<Vec<StoreResult<Option<StoredSession>>>> {
        match self.store.batches()?.load_all(ids).await {
            Ok(loaded) => Some(loaded.into_iter().map(Ok).collect()),
            Err(StoreError::Failed(_)) => None,
            Err(error) => Some(vec![Err(error); ids.len()]),
        }
    }
}
