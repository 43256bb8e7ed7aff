//! With whom the sessions are shared: one document, which every process changes in one step.
//!
//! It looks like `{_id: "claims", alone: {token, until}, replicas: [{token, until}, …]}`. Whoever
//! claims writes its name on the condition that nobody's name speaks against it.

use super::{
    MongodbStore, StoreResult, Tenancy,
    errors::{DUPLICATE_KEY, code},
};
use crate::sessions::stores::CLAIM_LEASE;
use mongodb::bson::{Bson, DateTime, Document, doc};
use std::time::{Duration, SystemTime};

const CLAIMS: &str = "claims";

/// When a lease ends that begins now. By this machine's clock: those of replicas must agree to
/// well below a lease. `sweatbox doctor` compares each with the server's.
pub(super) fn end_of(lease: Duration) -> DateTime {
    DateTime::from_system_time(SystemTime::now() + lease)
}

impl MongodbStore {
    pub(super) async fn claim_as(&self, tenancy: Tenancy) -> StoreResult<bool> {
        match tenancy {
            Tenancy::Alone => self.claim_alone().await,
            Tenancy::Replica => self.claim_a_place().await,
        }
    }

    async fn claim_alone(&self) -> StoreResult<bool> {
        let mut free = nobody_is_alone(Some(doc! { "alone.token": &self.token }));
        let alive = doc! { "until": { "$gt": DateTime::now() } };
        free.insert("replicas", doc! { "$not": { "$elemMatch": alive } });
        let ours = doc! { "$set": { "alone": self.claim_now(), "replicas": [] } };
        self.change_claims(free, ours).await
    }

    async fn claim_a_place(&self) -> StoreResult<bool> {
        // Whoever is alone has removed all others: so a name that is still there may stay.
        let mine = doc! { "_id": CLAIMS, "replicas.token": &self.token };
        let renewed = doc! { "$set": { "replicas.$.until": end_of(CLAIM_LEASE) } };
        let done = self.meta.update_one(mine, renewed).await;
        if done.map_err(|error| self.sort(&error))?.matched_count == 1 {
            return Ok(true);
        }
        self.remove_replicas(doc! { "until": { "$lte": DateTime::now() } })
            .await?;
        let joined = doc! { "$push": { "replicas": self.claim_now() }, "$unset": { "alone": 1 } };
        self.change_claims(nobody_is_alone(None), joined).await
    }

    /// Whether the claims were as in `filter`, or there were none. If so, they are now changed.
    async fn change_claims(&self, filter: Document, update: Document) -> StoreResult<bool> {
        // Where the filter does not fit, MongoDB goes on to make the document, and finds its id
        // taken. Of two who both find none, the slower one is told the same: it looks once more.
        for _ in 0..2 {
            let changing = self.meta.update_one(filter.clone(), update.clone());
            match changing.upsert(true).await {
                Ok(_) => return Ok(true),
                Err(error) if code(&error) == Some(DUPLICATE_KEY) => {}
                Err(error) => return Err(self.sort(&error)),
            }
        }
        Ok(false)
    }

    async fn remove_replicas(&self, which: Document) -> StoreResult<()> {
        let remove = doc! { "$pull": { "replicas": which } };
        let done = self.meta.update_one(doc! { "_id": CLAIMS }, remove).await;
        done.map(|_| ()).map_err(|error| self.sort(&error))
    }

    /// Not given back, it runs out.
    pub(super) async fn give_claim_back(&self) {
        let alone = doc! { "_id": CLAIMS, "alone.token": &self.token };
        let remove = doc! { "$unset": { "alone": 1 } };
        let _ = self.meta.update_one(alone, remove).await;
        let _ = self.remove_replicas(doc! { "token": &self.token }).await;
    }

    fn claim_now(&self) -> Bson {
        let claim = doc! { "token": &self.token, "until": end_of(CLAIM_LEASE) };
        claim.into()
    }
}

/// Fits where no process is alone, or none that is alive, or where `or` holds.
fn nobody_is_alone(or: Option<Document>) -> Document {
    let mut either = vec![
        doc! { "alone": { "$exists": false } },
        doc! { "alone.until": { "$lte": DateTime::now() } },
    ];
    either.extend(or);
    doc! { "_id": CLAIMS, "$or": either }
}
