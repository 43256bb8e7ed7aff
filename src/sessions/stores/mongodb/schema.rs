//! The collections in a MongoDB database: looked at before they are made, and whose they are.

use super::{
    super::schema::check_owner,
    MongodbStore, StoreResult,
    errors::{DUPLICATE_KEY, NO_SUCH_COLLECTION, code},
};
use mongodb::{IndexModel, bson::doc, error::ErrorKind, options::IndexOptions};
use std::time::Duration;

/// The index on `expiry`, by the name that MongoDB gives it, whoever made it.
const INDEX: &str = "expiry_1";

impl MongodbStore {
    pub(super) async fn inspect_collections(&self) -> StoreResult<bool> {
        let Some(owner) = self.owner().await? else {
            return Ok(false);
        };
        let (sessions, meta) = (self.sessions.name(), self.meta.name());
        let what = format!("the collection {sessions}");
        let way_out = format!("run `db.{sessions}.drop(); db.{meta}.drop();` in the database");
        check_owner(&what, &owner, &self.identity.fingerprint, &way_out)?;
        self.has_index().await
    }

    pub(super) async fn prepare_collections(&self) -> StoreResult<()> {
        if self.inspect_collections().await? {
            return Ok(());
        }
        // Only what is missing: an administrator may have made it for an account that may not.
        if !self.has_index().await? {
            self.make_index().await?;
        }
        let ours = doc! { "_id": "install_key", "value": self.identity.fingerprint.as_str() };
        if let Err(error) = self.meta.insert_one(ours).await
            && code(&error) != Some(DUPLICATE_KEY)
        {
            return Err(self.sort(&error));
        }
        // Another copy may have signed in the same moment, under another key.
        self.inspect_collections().await.map(|_| ())
    }

    /// The fingerprint in the meta collection.
    pub(super) async fn owner(&self) -> StoreResult<Option<String>> {
        let found = self.meta.find_one(doc! { "_id": "install_key" }).await;
        let found = found.map_err(|error| self.sort(&error))?;
        Ok(found.map(|found| found.get_str("value").unwrap_or_default().to_owned()))
    }

    async fn has_index(&self) -> StoreResult<bool> {
        match self.sessions.list_index_names().await {
            Ok(names) => Ok(names.iter().any(|name| name == INDEX)),
            Err(error) if code(&error) == Some(NO_SUCH_COLLECTION) => Ok(false),
            Err(error) => Err(self.sort(&error)),
        }
    }

    /// Makes the index, and with it the collection.
    async fn make_index(&self) -> StoreResult<()> {
        let keys = doc! { "expiry": 1 };
        let plain = IndexModel::builder().keys(keys.clone()).build();
        let at_its_date = IndexOptions::builder().expire_after(Duration::ZERO).build();
        let swept = IndexModel::builder().keys(keys).options(at_its_date);
        let made = match self.sessions.create_index(swept.build()).await {
            // Not every server that speaks MongoDB's protocol sweeps. Our own purge does, too.
            Err(error) if matches!(*error.kind, ErrorKind::Command(_)) => {
                self.sessions.create_index(plain).await
            }
            made => made,
        };
        made.map(|_| ()).map_err(|error| self.sort(&error))
    }
}
