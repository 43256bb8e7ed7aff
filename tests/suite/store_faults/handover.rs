//! A Redis master answers a change, and before a replica has it another master is in its place.
//!
//! What only the old one has is lost, and must not be answered by success. The new one has a
//! replica, and everything from before: a `WAIT` that comes to it without the change would find
//! all well.

use super::RECOVERY;
use crate::support::{Proxy, Redis, TestApp, Visitor, eventually};
use sweatbox::config::StoreSetup;
use tower_sessions::session::Id;

/// A copy whose changes wait for one replica, its visitor, and two masters at one address.
struct Handover {
    app: TestApp,
    visitor: Visitor,
    network: Proxy,
    /// The port of the master that comes after.
    next: u16,
    _servers: [Redis; 3],
}

impl Handover {
    /// Both masters have the visitor's session, and only the next one has a replica.
    async fn prepare() -> Self {
        let old = Redis::start().await;
        let new = Redis::start().await;
        let replica = Redis::start().await;
        let database = old.new_database();
        let mut credentials = old.credentials(&database);
        let network = Proxy::to(credentials.port.unwrap()).await;
        let next = new.credentials(&database).port.unwrap();
        credentials.port = Some(network.port);
        credentials.wait = 1;
        new.follow(&old).await;
        let app = TestApp::on(StoreSetup::Redis(credentials)).await;
        let visitor = app.visitor();
        eventually("a replica has the session", RECOVERY, async || {
            visitor.get("/t/set/a/1").await.status == 200
        })
        .await;
        new.lead().await;
        replica.follow(&new).await;
        Self {
            app,
            visitor,
            network,
            next,
            _servers: [old, new, replica],
        }
    }

    /// The old master answers what contains `words`, and is heard of no more.
    fn begin_after(&self, words: &'static str) {
        self.network.lead_elsewhere_after(words, self.next);
    }

    fn id(&self) -> Id {
        let cookie = self.visitor.cookie(self.app.cookie_name()).unwrap();
        cookie[44..66].parse().unwrap()
    }
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_change_that_went_with_its_master_is_made_on_the_next_one() {
    let handover = Handover::prepare().await;
    handover.begin_after("HSET");
    let added = handover.visitor.get("/t/add/n").await.expect(200);
    assert_eq!(added.text, "1");
    let found = handover.visitor.get("/t/get/n").await.expect(200);
    assert_eq!(found.text, "1");
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_session_that_began_on_a_lost_master_begins_on_the_next_one() {
    let handover = Handover::prepare().await;
    let newcomer = handover.app.visitor();
    handover.begin_after("HSET");
    newcomer.get("/t/set/a/2").await.expect(200);
    let found = newcomer.get("/t/get/a").await.expect(200);
    assert_eq!(found.text, "\"2\"");
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_logout_that_went_with_its_master_is_made_on_the_next_one() {
    let handover = Handover::prepare().await;
    let (id, store) = (handover.id(), handover.app.store());
    handover.begin_after("DEL");
    handover.visitor.get("/t/logout").await.expect(200);
    eventually("the session is gone", RECOVERY, async || {
        store.load(&id).await.is_ok_and(|found| found.is_none())
    })
    .await;
}

#[tokio::test]
#[ignore = "needs Redis: scripts/test"]
async fn a_save_under_a_lock_that_went_with_its_master_is_refused() {
    let handover = Handover::prepare().await;
    let (id, store) = (handover.id(), handover.app.store());
    let session = store.load(&id).await.unwrap().unwrap();
    let locks = store.shared_locks().unwrap();
    let held = locks.lock(&id, RECOVERY).await.unwrap();
    let held = held.expect("the lock is free");
    handover.begin_after("HSET");
    let saved = held.save(&id, &session, session.version).await;
    assert!(saved.is_err(), "{saved:?}");
}
