//! The memory from outside: what is remembered, what is not, and for how long.

use super::{super::rehearsed::Rehearsed, shard::MEMORY, *};
use time::Duration;
use tokio::{task::JoinHandle, time::advance};

const ID: Id = Id(7);
const LATER: OffsetDateTime = time::macros::datetime!(2030-01-02 03:04:05.678901 UTC);

/// The version of all sessions here but one, so that any save may overwrite any other one.
const VERSION: Version = Version(1);

fn session(data: &str) -> StoredSession {
    StoredSession {
        data: data.into(),
        expiry: LATER,
        version: VERSION,
    }
}

/// A memory that is alone with its store, in which there is a session "1" that it has forgotten.
async fn alone() -> (Arc<Rehearsed>, Arc<Recent>) {
    let store = Arc::new(Rehearsed::new());
    let recent = Arc::new(Recent::new(store.clone()));
    assert!(recent.claim(Tenancy::Alone).await.unwrap());
    assert!(recent.create(&ID, &session("1")).await.unwrap());
    advance(MEMORY).await;
    (store, recent)
}

fn saving(recent: &Arc<Recent>, data: &'static str) -> JoinHandle<StoreResult<bool>> {
    let recent = recent.clone();
    tokio::spawn(async move { recent.save(&ID, &session(data), VERSION).await })
}

fn loading(recent: &Arc<Recent>) -> JoinHandle<StoreResult<Option<StoredSession>>> {
    let recent = recent.clone();
    tokio::spawn(async move { recent.load(&ID).await })
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_reads_asks_the_store_once_in_100_ms() {
    let (store, recent) = alone().await;
    for _ in 0..200 {
        assert_eq!(recent.load(&ID).await.unwrap(), Some(session("1")));
    }
    assert_eq!(store.calls(), ["create", "load"]);
    advance(MEMORY).await;
    recent.load(&ID).await.unwrap();
    assert_eq!(store.calls(), ["create", "load", "load"]);
}

#[tokio::test(start_paused = true)]
async fn whatever_this_process_writes_is_seen_at_once() {
    let (_, recent) = alone().await;
    assert!(recent.save(&ID, &session("2"), VERSION).await.unwrap());
    assert_eq!(recent.recall(&ID), Some(session("2")));
    let even_later = LATER + Duration::HOUR;
    assert!(recent.touch(&ID, even_later).await.unwrap());
    let touched = recent.recall(&ID).unwrap();
    assert_eq!((touched.data, touched.expiry), (b"2".to_vec(), even_later));
    recent.delete(&ID).await.unwrap();
    assert_eq!(recent.recall(&ID), None);
    assert_eq!(recent.load(&ID).await.unwrap(), None);
    assert_eq!(recent.recall(&ID), None);
}

#[tokio::test(start_paused = true)]
async fn touching_makes_data_no_younger() {
    let (_, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    advance(MEMORY / 2).await;
    assert!(recent.touch(&ID, LATER).await.unwrap());
    assert!(recent.recall(&ID).is_some());
    advance(MEMORY / 2).await;
    assert_eq!(recent.recall(&ID), None);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_writes_is_seen_within_100_ms() {
    let (store, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    assert!(
        store
            .save(&ID, &session("elsewhere"), VERSION)
            .await
            .unwrap()
    );
    assert_eq!(recent.load(&ID).await.unwrap(), Some(session("1")));
    advance(MEMORY).await;
    assert_eq!(recent.load(&ID).await.unwrap(), Some(session("elsewhere")));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_overtaken_by_a_write_is_not_remembered() {
    let (store, recent) = alone().await;
    store.hold("load");
    let slow = loading(&recent);
    store.hears("load").await;
    assert!(recent.save(&ID, &session("2"), VERSION).await.unwrap());
    store.let_out();
    assert_eq!(slow.await.unwrap().unwrap(), Some(session("1")));
    assert_eq!(recent.recall(&ID), Some(session("2")));
}

#[tokio::test(start_paused = true)]
async fn while_a_write_is_under_way_the_store_alone_knows() {
    let (store, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    store.hold("save");
    let slow = saving(&recent, "2");
    store.hears("save").await;
    recent.load(&ID).await.unwrap();
    assert_eq!(recent.recall(&ID), None);
    store.let_out();
    assert!(slow.await.unwrap().unwrap());
    assert_eq!(recent.recall(&ID), Some(session("2")));
}

#[tokio::test(start_paused = true)]
async fn a_save_that_a_logout_overtook_does_not_bring_the_session_back() {
    let (store, recent) = alone().await;
    store.hold("save");
    let slow = saving(&recent, "2");
    store.hears("save").await;
    recent.delete(&ID).await.unwrap();
    store.let_out();
    assert!(slow.await.unwrap().unwrap());
    assert_eq!(recent.recall(&ID), None);
}

#[tokio::test(start_paused = true)]
async fn of_a_save_that_was_given_up_nothing_is_known() {
    let (store, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    store.hold("save");
    let given_up = saving(&recent, "2");
    store.hears("save").await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    assert_eq!(recent.recall(&ID), None);
    assert_eq!(recent.load(&ID).await.unwrap(), Some(session("2")));
    // Nothing is left of it that would keep this from being remembered.
    assert_eq!(recent.recall(&ID), Some(session("2")));
}

#[tokio::test(start_paused = true)]
async fn of_a_failed_write_and_of_a_session_that_is_gone_nothing_is_remembered() {
    let (store, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    store.break_off(ID);
    assert!(recent.save(&ID, &session("2"), VERSION).await.is_err());
    assert_eq!(recent.recall(&ID), None);
    let gone = Id(8);
    assert!(!recent.save(&gone, &session("2"), VERSION).await.unwrap());
    assert!(!recent.touch(&gone, LATER).await.unwrap());
    assert_eq!(recent.load(&gone).await.unwrap(), None);
    assert_eq!(recent.size(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_new_version_is_remembered_and_an_overtaken_one_forgotten() {
    let (store, recent) = alone().await;
    let newer = StoredSession::new(b"2".to_vec(), LATER);
    assert!(recent.save(&ID, &newer, VERSION).await.unwrap());
    assert_eq!(recent.recall(&ID), Some(newer.clone()));
    // By a change that had been given up.
    let late = StoredSession::new(b"late".to_vec(), LATER);
    assert!(store.save(&ID, &late, newer.version).await.unwrap());
    let overtaken = StoredSession::new(b"3".to_vec(), LATER);
    assert!(!recent.save(&ID, &overtaken, newer.version).await.unwrap());
    assert_eq!(recent.recall(&ID), None);
    assert_eq!(recent.load(&ID).await.unwrap(), Some(late));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_alone_remembers_nothing() {
    let (store, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    assert!(recent.recall(&ID).is_some());
    store.claimed_elsewhere.store(true, Ordering::SeqCst);
    assert!(!recent.claim(Tenancy::Alone).await.unwrap());
    assert_eq!(recent.size(), (0, 0));

    // What was under way in such a time is not remembered afterwards.
    store.claimed_elsewhere.store(false, Ordering::SeqCst);
    assert!(recent.claim(Tenancy::Alone).await.unwrap());
    store.hold("save");
    let slow = saving(&recent, "2");
    store.hears("save").await;
    store.claimed_elsewhere.store(true, Ordering::SeqCst);
    assert!(!recent.claim(Tenancy::Alone).await.unwrap());
    store.claimed_elsewhere.store(false, Ordering::SeqCst);
    assert!(recent.claim(Tenancy::Alone).await.unwrap());
    store.let_out();
    assert!(slow.await.unwrap().unwrap());
    assert_eq!(recent.size(), (0, 0));

    assert!(recent.claim(Tenancy::Replica).await.unwrap());
    recent.load(&ID).await.unwrap();
    assert_eq!(recent.recall(&ID), None);
    assert_eq!(recent.size(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asks_for_again_goes_when_the_claim_is_renewed() {
    let (_, recent) = alone().await;
    recent.load(&ID).await.unwrap();
    assert_eq!(recent.size().0, 1);
    advance(MEMORY).await;
    recent.claim(Tenancy::Alone).await.unwrap();
    assert_eq!(recent.size(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_oldest_go_when_there_are_too_many_or_too_large_ones() {
    for (room, places, data) in [
        (SHARDS * 2_000, SHARDS * 1_000, 300),
        (1 << 20, SHARDS * 4, 3),
    ] {
        let recent = Recent::bounded(Arc::new(Rehearsed::new()), room, places);
        recent.claim(Tenancy::Alone).await.unwrap();
        let large = session(&"x".repeat(data));
        for id in 0..1_000 {
            assert!(recent.create(&Id(id), &large).await.unwrap());
            assert_eq!(recent.recall(&Id(id)), Some(large.clone()));
            assert!(recent.save(&Id(id), &large, VERSION).await.unwrap());
        }
        let (sessions, bytes) = recent.size();
        assert!(sessions > SHARDS && sessions <= places, "{sessions}");
        assert!(bytes <= room, "{bytes}");
        assert_eq!(recent.recall(&Id(0)), None);
        let huge = session(&"x".repeat(room));
        assert!(recent.save(&Id(999), &huge, VERSION).await.unwrap());
        assert_eq!(recent.recall(&Id(999)), None);
    }
}
