//! MariaDB's locks of replicas, many on one connection: what each of them still proves.

use crate::support::{MariaDb, Server, TestApp, eventually};
use futures_util::future::join_all;
use sqlx::Executor;
use std::{sync::Arc, time::Duration};
use sweatbox::{
    config::StoreSetup,
    sessions::stores::{SharedLock, Store, StoreError, StoredSession, Version},
};
use time::OffsetDateTime;
use tower_sessions::session::Id;

const SECOND: Duration = Duration::from_secs(1);
/// So many that several go together, whichever carrier is theirs.
const MANY: usize = 24;

/// Two replicas on a server of their own.
struct Pair {
    server: Server,
    apps: [TestApp; 2],
}

impl Pair {
    async fn start() -> Self {
        let server = Server::MariaDb(MariaDb::start().await);
        let apps = TestApp::replicas(&server).await;
        Self { server, apps }
    }

    fn stores(&self) -> [Arc<dyn Store>; 2] {
        [&self.apps[0], &self.apps[1]].map(TestApp::store)
    }

    fn mariadb(&self) -> &MariaDb {
        match &self.server {
            Server::MariaDb(server) => server,
            #[cfg(any(
                feature = "postgres",
                feature = "redis",
                feature = "memcached",
                feature = "mongodb"
            ))]
            _ => unreachable!("it was started"),
        }
    }

    /// Which of the replicas' connections do something that is called so.
    async fn connections(&self, condition: &str) -> Vec<u64> {
        let StoreSetup::Mysql(credentials) = &self.apps[0].setup else {
            panic!("it is on MariaDB");
        };
        let query = format!(
            "SELECT CAST(id AS UNSIGNED) FROM information_schema.processlist \
             WHERE db = '{}' AND {condition}",
            credentials.database
        );
        let mut administrator = self.mariadb().connection().await;
        let query = sqlx::query_scalar(&query);
        query.fetch_all(&mut administrator).await.unwrap()
    }

    /// Ends all connections of the replicas, and with them their locks.
    async fn kill_connections(&self) {
        for id in self.connections("TRUE").await {
            self.mariadb().execute(&format!("KILL {id}")).await;
        }
        eventually("they are gone", 5 * SECOND, async || {
            self.connections("TRUE").await.is_empty()
        })
        .await;
    }
}

fn session(data: impl ToString) -> StoredSession {
    let expiry = OffsetDateTime::now_utc() + Duration::from_secs(3600);
    // To the microsecond, as the store keeps it.
    let expiry = expiry.replace_microsecond(654_321).unwrap();
    StoredSession::new(data.to_string().into_bytes(), expiry)
}

/// Sessions that are there, with their versions.
async fn begun(store: &dyn Store) -> Vec<(Id, Version)> {
    let mut begun = Vec::new();
    for _ in 0..MANY {
        let (id, session) = (Id::default(), session("old"));
        assert!(store.create(&id, &session).await.unwrap());
        begun.push((id, session.version));
    }
    begun
}

async fn lock(store: &dyn Store, id: &Id) -> Option<Box<dyn SharedLock>> {
    let locks = store.shared_locks().unwrap();
    locks.lock(id, 5 * SECOND).await.unwrap()
}

/// The locks of all of them, taken at once.
async fn locks(store: &dyn Store, sessions: &[(Id, Version)]) -> Vec<Box<dyn SharedLock>> {
    let locks = sessions.iter().map(|(id, _)| lock(store, id));
    let locks = join_all(locks).await;
    locks.into_iter().map(|lock| lock.expect("free")).collect()
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_lock_comes_with_what_lies_under_it_and_a_save_through_it_is_whole() {
    let pair = Pair::start().await;
    let [one, other] = pair.stores();
    let sessions = begun(&*one).await;
    let held = locks(&*one, &sessions).await;
    let mut news = Vec::new();
    for ((lock, (id, version)), number) in held.iter().zip(&sessions).zip(0..) {
        let loaded = lock.loaded().expect("it was read along");
        assert_eq!(loaded, other.load(id).await.unwrap());
        assert_eq!(loaded.unwrap().version, *version);
        assert_eq!(lock.loaded(), None, "it may have changed since");
        let mut new = session(format!("{number}'\\\0\""));
        new.data.extend(0..=255);
        news.push(new);
    }
    let saves = held.iter().zip(&sessions).zip(&news);
    let saves = saves.map(|((lock, (id, version)), new)| lock.save(id, new, *version));
    for saved in join_all(saves).await {
        assert!(saved.unwrap());
    }
    for ((id, _), new) in sessions.iter().zip(&news) {
        assert_eq!(other.load(id).await.unwrap().as_ref(), Some(new));
    }
    // Of a session that is not there as well.
    let nobody = lock(&*one, &Id::default()).await.unwrap();
    assert_eq!(nobody.loaded(), Some(None));
    // Given back, also by whoever only forgets them.
    drop(held);
    let again = locks(&*other, &sessions).await;
    let found = again[3].loaded().flatten();
    assert_eq!(found.as_ref(), Some(&news[3]));
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn of_many_saves_at_once_only_those_that_were_overtaken_are_refused() {
    let pair = Pair::start().await;
    let [one, other] = pair.stores();
    let sessions = begun(&*one).await;
    let held = locks(&*one, &sessions).await;
    // A change that was given up long ago arrives, and a session ends.
    let (id, version) = sessions[5];
    let late = session("late");
    assert!(other.save(&id, &late, version).await.unwrap());
    other.delete(&sessions[6].0).await.unwrap();
    let news: Vec<_> = (0..MANY).map(session).collect();
    let saves = held.iter().zip(&sessions).zip(&news);
    let saves = saves.map(|((lock, (id, version)), new)| lock.save(id, new, *version));
    let saved: Vec<_> = join_all(saves)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let expected: Vec<_> = (0..MANY).map(|at| at != 5 && at != 6).collect();
    assert_eq!(saved, expected);
    for (at, (id, _)) in sessions.iter().enumerate() {
        let expected = match at {
            5 => Some(&late),
            6 => None,
            at => Some(&news[at]),
        };
        assert_eq!(other.load(id).await.unwrap().as_ref(), expected);
    }
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_save_that_the_server_refuses_leaves_the_others_and_their_locks_alone() {
    let pair = Pair::start().await;
    let [one, other] = pair.stores();
    let sessions = begun(&*one).await;
    let held = locks(&*one, &sessions).await;
    let table = pair.apps[0].identity.names.session_table();
    let trigger = format!(
        "CREATE TRIGGER refuse BEFORE UPDATE ON {table} FOR EACH ROW \
         IF NEW.data = 'refused' THEN SIGNAL SQLSTATE '45000'; END IF"
    );
    let StoreSetup::Mysql(credentials) = &pair.apps[0].setup else {
        panic!("it is on MariaDB");
    };
    let mut administrator = pair.mariadb().connection().await;
    let place = format!("USE {}", credentials.database);
    administrator.execute(&*place).await.unwrap();
    administrator
        .execute(sqlx::raw_sql(&trigger))
        .await
        .unwrap();
    let news: Vec<_> = (0..MANY)
        .map(|at| session(if at == 7 { "refused" } else { "new" }))
        .collect();
    let saves = held.iter().zip(&sessions).zip(&news);
    let saves = saves.map(|((lock, (id, version)), new)| lock.save(id, new, *version));
    for (at, saved) in join_all(saves).await.into_iter().enumerate() {
        match at {
            7 => assert!(matches!(saved, Err(StoreError::Failed(_))), "{saved:?}"),
            _ => assert!(saved.unwrap()),
        }
    }
    let (id, version) = sessions[7];
    let locks = other.shared_locks().unwrap();
    let short = Duration::from_millis(10);
    assert!(locks.lock(&id, short).await.unwrap().is_none(), "held");
    assert!(held[7].save(&id, &session("new"), version).await.unwrap());
    held[7].release().await;
    assert!(lock(&*other, &id).await.is_some());
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_row_that_somebody_has_locked_by_hand_costs_the_others_no_lock() {
    let pair = Pair::start().await;
    let [one, other] = pair.stores();
    let sessions = begun(&*one).await;
    let held = locks(&*one, &sessions).await;
    let (id, version) = sessions[4];
    let mut somebody = pair.mariadb().connection().await;
    let StoreSetup::Mysql(credentials) = &pair.apps[0].setup else {
        panic!("it is on MariaDB");
    };
    let (database, table) = (
        &credentials.database,
        pair.apps[0].identity.names.session_table(),
    );
    let by_hand = format!("SELECT id FROM {database}.{table} WHERE id = '{id}' FOR UPDATE");
    somebody.execute("BEGIN").await.unwrap();
    somebody.execute(&*by_hand).await.unwrap();
    let new = session("new");
    let saves = held.iter().zip(&sessions);
    let saves = saves.map(|(lock, (id, version))| lock.save(id, &new, *version));
    for (at, saved) in join_all(saves).await.into_iter().enumerate() {
        match at {
            4 => assert!(matches!(saved, Err(StoreError::Unwritable(_))), "{saved:?}"),
            _ => assert!(saved.unwrap()),
        }
    }
    let short = Duration::from_millis(10);
    for (id, _) in &sessions {
        let there = other.shared_locks().unwrap();
        assert!(there.lock(id, short).await.unwrap().is_none(), "held");
    }
    somebody.execute("ROLLBACK").await.unwrap();
    assert!(held[4].save(&id, &new, version).await.unwrap());
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_lock_that_another_process_holds_is_waited_for_and_holds_nobody_up() {
    let pair = Pair::start().await;
    let [one, other] = pair.stores();
    let sessions = begun(&*one).await;
    let (id, version) = sessions[0];
    let held = lock(&*one, &id).await.unwrap();
    let waiting = tokio::spawn({
        let other = other.clone();
        async move { lock(&*other, &id).await }
    });
    eventually("it is waited for", 5 * SECOND, async || {
        !pair.connections("state = 'User lock'").await.is_empty()
    })
    .await;
    // Meanwhile all others are taken, saved and given back.
    let free = locks(&*other, &sessions[1..]).await;
    assert!(!waiting.is_finished());
    drop(free);
    assert!(held.save(&id, &session("first"), version).await.unwrap());
    held.release().await;
    let granted = waiting.await.unwrap().expect("it was given back");
    assert_eq!(granted.loaded(), None, "the store is to be asked");
    let found = other.load(&id).await.unwrap().unwrap();
    assert_eq!(found.data, b"first");
    let second = session("second");
    assert!(granted.save(&id, &second, found.version).await.unwrap());
    // And by the process that holds it itself.
    let locks = other.shared_locks().unwrap();
    let short = Duration::from_millis(10);
    assert!(locks.lock(&id, short).await.unwrap().is_none());
    granted.release().await;
    let again = lock(&*other, &id).await.expect("it is free");
    assert_eq!(again.loaded(), Some(Some(second)));
    assert!(locks.lock(&id, short).await.unwrap().is_none());
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn with_its_connection_a_carrier_loses_all_locks_and_nothing_is_saved_through_them() {
    let pair = Pair::start().await;
    let [one, other] = pair.stores();
    let sessions = begun(&*one).await;
    let held = locks(&*one, &sessions[1..]).await;
    pair.kill_connections().await;
    // Takers get a new connection, on which the lost locks prove nothing: before somebody has
    // noticed the end of the old one, and afterwards.
    for round in 0..2 {
        let saves = held.iter().zip(&sessions[1..]);
        let new = session(round);
        let saves = saves.map(|(lock, (id, version))| lock.save(id, &new, *version));
        for saved in join_all(saves).await {
            assert!(saved.is_err(), "{saved:?}");
        }
        let mut next = None;
        eventually("there is a new connection", 5 * SECOND, async || {
            let locks = one.shared_locks().unwrap();
            let tried = locks.lock(&sessions[0].0, SECOND).await;
            next = tried.ok().flatten();
            next.is_some()
        })
        .await;
        let lost = held[0].save(&sessions[1].0, &new, sessions[1].1).await;
        let lost = lost.unwrap_err().to_string();
        assert!(lost.contains("the lock is lost"), "{lost}");
    }
    // What is given back now are not the new locks.
    let taken = locks(&*one, &sessions[1..]).await;
    drop(held);
    let next = lock(&*one, &Id::default()).await;
    assert!(next.is_some());
    let short = Duration::from_millis(10);
    let there = other.shared_locks().unwrap();
    assert!(there.lock(&sessions[1].0, short).await.unwrap().is_none());
    // Its connections were ended as well.
    let lives = async || other.ping().await.is_ok();
    eventually("the other one is back", 5 * SECOND, lives).await;
    for (id, version) in &sessions[1..] {
        let found = other.load(id).await.unwrap().unwrap();
        assert_eq!((&*found.data, found.version), (&b"old"[..], *version));
    }
    drop(taken);
}

#[tokio::test]
#[ignore = "needs MariaDB: scripts/test"]
async fn a_visitor_whose_lock_is_lost_is_refused_and_the_next_request_counts() {
    let pair = Pair::start().await;
    let [app, other] = &pair.apps;
    let visitor = app.visitor();
    assert_eq!(visitor.get("/t/add/n").await.expect(200).text, "1");
    let tab = visitor.another_tab();
    let change = tokio::spawn(async move { tab.get("/t/add-after-locking/n").await });
    app.gate.wait_for_arrival().await;
    pair.kill_connections().await;
    // The lock is free: another process changes the session.
    let there = other.visitor();
    let name = app.cookie_name();
    there.plant(name, &visitor.cookie(name).unwrap());
    assert_eq!(there.get("/t/add/n").await.expect(200).text, "2");
    app.gate.let_one_pass();
    change.await.unwrap().expect(503);
    assert_eq!(there.get("/t/get/n").await.expect(200).text, "2");
    eventually("changes are taken again", 5 * SECOND, async || {
        visitor.get("/t/add/n").await.status == 200
    })
    .await;
    assert_eq!(there.get("/t/get/n").await.expect(200).text, "3");
}
