//! MongoDB: a document server.
//!
//! A session is one document. Every change is a single update with a condition, which MongoDB
//! runs as one step, and how many documents it matched tells whether the session was there.

mod claims;
mod connect;
mod document;
mod errors;
mod locks;
mod schema;

use super::{
    About, Listed, SharedLocks, Store, StoreError, StoreResult, StoredSession, Tenancy, Version,
    Words, from_micros, unreadable,
};
use crate::{config::Credentials, identity::Identity};
use async_trait::async_trait;
use document::{ending, giving_way, listed, moment, read, stored};
use errors::{DUPLICATE_KEY, code};
use mongodb::{
    Collection, Cursor, Database,
    bson::{Bson, Document, doc},
    error::Error,
};
use std::{fmt, time::Duration};
use time::OffsetDateTime;
use tokio::time::timeout;
use tower_sessions::session::Id;

/// How long the end of the program waits for the claim and the connections to be given back.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Sessions as documents of a MongoDB database.
#[derive(Clone)]
pub struct MongodbStore {
    database: Database,
    sessions: Collection<Document>,
    meta: Collection<Document>,
    identity: Identity,
    words: Words,
    /// This process's name among the claims.
    token: String,
    /// `user@host:port/database`, for messages.
    place: String,
    /// The credentials file, for messages.
    source: String,
}

impl MongodbStore {
    /// Connects when it is first needed.
    pub fn new(credentials: &Credentials, identity: &Identity) -> Self {
        let database = connect::client(credentials).database(&credentials.database);
        Self {
            sessions: database.collection(&identity.names.session_table()),
            meta: database.collection(&identity.names.meta_table()),
            database,
            identity: identity.clone(),
            words: words(&identity.names.session_table()),
            token: Id::default().to_string(),
            place: connect::place(credentials),
            source: credentials.source.display().to_string(),
        }
    }

    /// Whether there is a session that `filter` fits. If so, it is now changed.
    async fn update(&self, filter: Document, update: Document) -> StoreResult<bool> {
        let done = self.sessions.update_one(filter, update).await;
        done.map(|done| done.matched_count == 1)
            .map_err(|error| self.sort(&error))
    }

    /// Some fields of at most `limit` sessions that `filter` fits.
    async fn find(
        &self,
        filter: Document,
        fields: Document,
        order: Document,
        limit: u32,
    ) -> StoreResult<Vec<Document>> {
        let cursor = self
            .sessions
            .find(filter)
            .projection(fields)
            .sort(order)
            .limit(i64::from(limit))
            .await;
        let found = match cursor {
            Ok(cursor) => all(cursor).await,
            Err(error) => Err(error),
        };
        found.map_err(|error| self.sort(&error))
    }
}

fn words(collection: &str) -> Words {
    Words::new([
        format!("{collection}.insertOne({{_id, data, expiry, version}})"),
        format!("{collection}.findOne({{_id}})"),
        format!("{collection}.updateOne({{_id, version}}, {{$set: {{data, expiry, version}}}})"),
        format!("{collection}.updateOne({{_id}}, {{$set: {{expiry}}}})"),
        format!("{collection}.deleteOne({{_id}})"),
    ])
}

#[async_trait]
impl Store for MongodbStore {
    fn name(&self) -> &'static str {
        "mongodb"
    }

    fn words(&self) -> &Words {
        &self.words
    }

    async fn inspect(&self) -> StoreResult<bool> {
        self.inspect_collections().await
    }

    async fn about(&self) -> StoreResult<About> {
        let info = self.database.run_command(doc! { "buildInfo": 1 }).await;
        let info = info.map_err(|error| self.sort(&error))?;
        let version = info.get_str("version").unwrap_or("of unknown version");
        let hello = self.database.run_command(doc! { "hello": 1 }).await;
        let clock = hello.ok().and_then(|hello| {
            let millis = hello.get_datetime("localTime").ok()?.timestamp_millis();
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok()
        });
        Ok(About {
            version: format!("MongoDB {version}"),
            clock,
        })
    }

    async fn prepare(&self) -> StoreResult<()> {
        self.prepare_collections().await
    }

    async fn create(&self, id: &Id, session: &StoredSession) -> StoreResult<bool> {
        let mut document = doc! { "_id": id.to_string() };
        document.extend(stored(session));
        match self.sessions.insert_one(document).await {
            Ok(_) => Ok(true),
            Err(error) if code(&error) == Some(DUPLICATE_KEY) => Ok(false),
            Err(error) => Err(self.sort(&error)),
        }
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<StoredSession>> {
        let found = self.sessions.find_one(doc! { "_id": id.to_string() }).await;
        let Some(found) = found.map_err(|error| self.sort(&error))? else {
            return Ok(None);
        };
        Ok(read(&found).or_else(|| unreadable(self, id)))
    }

    async fn save(&self, id: &Id, session: &StoredSession, over: Version) -> StoreResult<bool> {
        let there = doc! { "_id": id.to_string(), "version": giving_way(session, over) };
        self.update(there, doc! { "$set": stored(session) }).await
    }

    async fn touch(&self, id: &Id, expiry: OffsetDateTime) -> StoreResult<bool> {
        let update = doc! { "$set": ending(expiry) };
        self.update(doc! { "_id": id.to_string() }, update).await
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        let done = self.sessions.delete_one(doc! { "_id": id.to_string() });
        done.await.map(|_| ()).map_err(|error| self.sort(&error))
    }

    async fn purge(&self, now: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        let (micros, date) = moment(now);
        // The date finds them by the index, the microseconds judge.
        let mut expired = doc! { "expiry": { "$lte": date }, "expiry_micros": { "$lte": micros } };
        let (fields, oldest_first) = (doc! { "_id": 1 }, doc! { "expiry": 1 });
        let found = self
            .find(expired.clone(), fields, oldest_first, limit)
            .await?;
        let id = |mut found: Document| found.remove("_id");
        let ids: Vec<Bson> = found.into_iter().filter_map(id).collect();
        // Deleting knows no limit, hence in two steps; between them a session may be touched.
        expired.insert("_id", doc! { "$in": ids });
        let done = self.sessions.delete_many(expired).await;
        done.map(|done| done.deleted_count)
            .map_err(|error| self.sort(&error))
    }

    async fn count(&self) -> StoreResult<u64> {
        let count = self.sessions.count_documents(doc! {}).await;
        count.map_err(|error| self.sort(&error))
    }

    async fn list(&self, prefix: &str, limit: u32) -> StoreResult<Vec<Listed>> {
        // What ids are made of comes before `~`: so all that begin with `prefix` lie between.
        let ids = doc! { "_id": { "$gte": prefix, "$lt": format!("{prefix}~") } };
        let fields = doc! { "expiry_micros": 1, "bytes": { "$binarySize": "$data" } };
        let latest_first = doc! { "expiry": -1 };
        let found = self.find(ids, fields, latest_first, limit).await?;
        Ok(found.iter().filter_map(listed).collect())
    }

    async fn claim(&self, tenancy: Tenancy) -> StoreResult<bool> {
        self.claim_as(tenancy).await
    }

    fn shared_locks(&self) -> Option<&dyn SharedLocks> {
        Some(self)
    }

    async fn ping(&self) -> StoreResult<()> {
        // MongoDB makes a collection that was dropped at the next insertion, but not its index.
        match self.owner().await? {
            Some(_) => Ok(()),
            None => {
                let (place, meta) = (&self.place, self.meta.name());
                let what = format!("{place}: the collection {meta} is gone");
                Err(StoreError::Unprepared(what))
            }
        }
    }

    async fn close(&self) {
        let close = async {
            self.give_claim_back().await;
            let client = self.database.client().clone();
            client.shutdown().immediate(true).await;
        };
        // Where it does not succeed, the claim runs out, and the connections end with the program.
        let _ = timeout(CLOSE_LIMIT, close).await;
    }
}

async fn all(mut cursor: Cursor<Document>) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    while cursor.advance().await? {
        documents.push(cursor.deserialize_current()?);
    }
    Ok(documents)
}

impl fmt::Debug for MongodbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MongodbStore({})", self.place)
    }
}
