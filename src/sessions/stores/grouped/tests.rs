//! Writes in company: who goes with whom, and what each of them hears.

use super::{
    super::{
        lane::{ROWS, TURN},
        rehearsed::Rehearsed,
    },
    *,
};
use crate::sessions::stores::StoreError;
use proptest::{collection::vec, prelude::*};
use std::{sync::Mutex, time::Duration};
use tokio::{
    task::{JoinHandle, yield_now},
    time::advance,
};

type Answer = JoinHandle<StoreResult<bool>>;

/// The version of all sessions here, so that any save may overwrite any other one.
const VERSION: Version = Version(1);

fn session(data: impl ToString) -> StoredSession {
    StoredSession {
        data: data.to_string().into_bytes(),
        expiry: OffsetDateTime::UNIX_EPOCH,
        version: VERSION,
    }
}

/// A store with these sessions, each with the data "old".
async fn with(ids: std::ops::Range<i128>) -> (Arc<Rehearsed>, Arc<Grouped>) {
    let store = Arc::new(Rehearsed::new());
    for id in ids {
        assert!(store.create(&Id(id), &session("old")).await.unwrap());
    }
    (store.clone(), Arc::new(Grouped::new(store)))
}

/// Saves that have come by the time this returns, in this order.
async fn saving(grouped: &Arc<Grouped>, ids: impl IntoIterator<Item = i128>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for id in ids {
        let grouped = grouped.clone();
        let save = async move { grouped.save(&Id(id), &session("new"), VERSION).await };
        answers.push(tokio::spawn(save));
    }
    for _ in 0..10 {
        yield_now().await;
    }
    answers
}

async fn data(store: &Rehearsed, id: i128) -> Option<Vec<u8>> {
    let loaded = store.load(&Id(id)).await.unwrap();
    loaded.map(|session| session.data)
}

/// The saves that the store was asked for, one after the other.
fn saves(store: &Rehearsed) -> Vec<String> {
    let mut calls = store.calls();
    calls.retain(|call| call.starts_with("save"));
    calls
}

#[tokio::test(start_paused = true)]
async fn whoever_is_alone_is_written_as_ever() {
    let (store, grouped) = with(0..1).await;
    assert!(
        grouped
            .save(&Id(0), &session("new"), VERSION)
            .await
            .unwrap()
    );
    assert!(grouped.create(&Id(1), &session("new")).await.unwrap());
    assert!(!grouped.create(&Id(1), &session("other")).await.unwrap());
    assert!(
        !grouped
            .save(&Id(2), &session("new"), VERSION)
            .await
            .unwrap()
    );
    assert_eq!(
        store.calls(),
        ["create", "save", "create", "create", "save"]
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_meanwhile_goes_with_the_others() {
    let (store, grouped) = with(0..200).await;
    store.hold("save");
    let answers = saving(&grouped, 0..38).await;
    assert_eq!(saves(&store), ["save"]);
    store.let_out();
    for answer in answers {
        assert!(answer.await.unwrap().unwrap());
    }
    assert_eq!(saves(&store), ["save", "save 32", "save 4", "save"]);
    for id in 0..38 {
        assert_eq!(data(&store, id).await.unwrap(), b"new");
    }
    store.hold("save");
    let answers = saving(&grouped, 0..200).await;
    store.let_out();
    for answer in answers {
        assert!(answer.await.unwrap().unwrap());
    }
    assert_eq!(saves(&store)[5], format!("save {ROWS}"));
}

#[tokio::test(start_paused = true)]
async fn new_sessions_go_together_as_well() {
    let (store, grouped) = with(0..1).await;
    store.hold("create");
    let mut answers = Vec::new();
    for id in [1, 2, 3, 0, 4] {
        let grouped = grouped.clone();
        let create = async move { grouped.create(&Id(id), &session("new")).await };
        answers.push(tokio::spawn(create));
    }
    for _ in 0..10 {
        yield_now().await;
    }
    store.let_out();
    let mut created = Vec::new();
    for answer in answers {
        created.push(answer.await.unwrap().unwrap());
    }
    assert_eq!(created, [true, true, true, false, true]);
    assert_eq!(data(&store, 0).await.unwrap(), b"old");
    assert!(store.calls().contains(&"create 4".into()));
}

#[tokio::test(start_paused = true)]
async fn each_hears_its_own_answer() {
    let (store, grouped) = with(0..8).await;
    store.break_off(Id(5));
    store.hold("save");
    // 99 is not there, 5 cannot be written.
    let answers = saving(&grouped, [0, 1, 99, 5, 2]).await;
    store.let_out();
    let mut heard = Vec::new();
    for answer in answers {
        heard.push(answer.await.unwrap().ok());
    }
    let expected = [Some(true), Some(true), Some(false), None, Some(true)];
    assert_eq!(heard, expected);
    assert_eq!(data(&store, 2).await.unwrap(), b"new");
    assert_eq!(data(&store, 5).await.unwrap(), b"old");
    assert_eq!(data(&store, 99).await, None);
}

#[tokio::test(start_paused = true)]
async fn each_overwrites_the_version_that_it_was_made_from_and_no_other() {
    let (store, grouped) = with(0..4).await;
    let newer = StoredSession::new(b"newer".to_vec(), OffsetDateTime::UNIX_EPOCH);
    assert!(store.save(&Id(2), &newer, VERSION).await.unwrap());
    store.hold("save");
    let mut answers = Vec::new();
    for id in 0..4 {
        let grouped = grouped.clone();
        let new = StoredSession::new(b"new".to_vec(), OffsetDateTime::UNIX_EPOCH);
        let save = async move { grouped.save(&Id(id), &new, VERSION).await };
        answers.push(tokio::spawn(save));
    }
    // The first one is at work; of the others two go together, and then the last one.
    for _ in 0..10 {
        yield_now().await;
    }
    store.let_out();
    let mut heard = Vec::new();
    for answer in answers {
        heard.push(answer.await.unwrap().unwrap());
    }
    assert_eq!(heard, [true, true, false, true]);
    assert!(saves(&store).contains(&"save 2".into()));
    for (id, expected) in [(0, "new"), (1, "new"), (2, "newer"), (3, "new")] {
        assert_eq!(data(&store, id).await.unwrap(), expected.as_bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_takes_nobody_along() {
    let (store, grouped) = with(0..8).await;
    store.hold("save");
    let mut answers = saving(&grouped, 0..4).await;
    // The first, who writes; and one in the queue, who then is not written at all.
    answers.remove(2).abort();
    answers.remove(0).abort();
    // The two that are left are being written; one of them leaves as well.
    store.hears("save 2").await;
    answers.remove(0).abort();
    store.let_out();
    assert!(answers.remove(0).await.unwrap().unwrap());
    assert_eq!(data(&store, 1).await.unwrap(), b"new");
    assert_eq!(data(&store, 2).await.unwrap(), b"old");
    assert!(
        grouped
            .save(&Id(2), &session("new"), VERSION)
            .await
            .unwrap()
    );
}

#[tokio::test(start_paused = true)]
async fn of_one_session_each_save_goes_by_itself() {
    let (store, grouped) = with(0..2).await;
    store.hold("save");
    let answers = saving(&grouped, [0, 1, 1]).await;
    store.let_out();
    for answer in answers {
        assert!(answer.await.unwrap().unwrap());
    }
    assert_eq!(saves(&store), ["save", "save", "save"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_turn_without_end() {
    let (store, grouped) = with(0..8).await;
    store.hold("save");
    let mut answers = saving(&grouped, 0..3).await;
    advance(TURN + Duration::from_millis(1)).await;
    store.let_out();
    assert!(answers.remove(0).await.unwrap().unwrap());
    for answer in answers {
        let refused = answer.await.unwrap();
        assert!(matches!(refused, Err(StoreError::Unwritable(_))));
    }
    assert!(
        grouped
            .save(&Id(1), &session("new"), VERSION)
            .await
            .unwrap()
    );
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_the_last_batch() {
    let (store, grouped) = with(0..8).await;
    store.hold("save");
    let answers = saving(&grouped, 0..5).await;
    answers[0].abort();
    store.hears("save 4").await;
    answers.iter().for_each(JoinHandle::abort);
    let closing = tokio::spawn({
        let grouped = grouped.clone();
        async move { grouped.close().await }
    });
    for _ in 0..10 {
        yield_now().await;
    }
    assert!(!closing.is_finished());
    store.let_out();
    closing.await.unwrap();
    assert_eq!(data(&store, 4).await.unwrap(), b"new");
}

#[tokio::test(start_paused = true)]
async fn loads_go_together_and_each_hears_its_own() {
    let (store, grouped) = with(0..8).await;
    for id in 0..8 {
        let named = StoredSession::new(vec![id as u8], OffsetDateTime::UNIX_EPOCH);
        assert!(store.save(&Id(id), &named, VERSION).await.unwrap());
    }
    store.hold("load");
    // 99 is not there, and 3 is asked for twice; of the second batch 5 cannot be read.
    let first = loading(&grouped, [0, 1, 99, 3, 3]).await;
    store.break_off(Id(5));
    store.let_out();
    assert_eq!(
        loaded(first).await,
        [Some(0), Some(1), None, Some(3), Some(3)]
    );
    assert_eq!(loads(&store), ["load", "load 4"]);

    store.hold("load");
    let second = loading(&grouped, [0, 5, 6]).await;
    store.let_out();
    assert_eq!(loaded(second).await, [Some(0), Some(5), Some(6)]);
    assert_eq!(loads(&store)[2..], ["load", "load 2", "load", "load"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_is_not_loaded() {
    let (store, grouped) = with(0..8).await;
    store.hold("load");
    let mut answers = loading(&grouped, 0..4).await;
    answers.remove(0).abort();
    answers.remove(1).abort();
    store.hears("load 2").await;
    store.let_out();
    for answer in answers {
        assert!(answer.await.unwrap().unwrap().is_some());
    }
}

/// Loads that have come by the time this returns, in this order.
async fn loading(
    grouped: &Arc<Grouped>,
    ids: impl IntoIterator<Item = i128>,
) -> Vec<JoinHandle<StoreResult<Option<StoredSession>>>> {
    let mut answers = Vec::new();
    for id in ids {
        let grouped = grouped.clone();
        answers.push(tokio::spawn(async move { grouped.load(&Id(id)).await }));
    }
    for _ in 0..10 {
        yield_now().await;
    }
    answers
}

/// The only byte of each.
async fn loaded(answers: Vec<JoinHandle<StoreResult<Option<StoredSession>>>>) -> Vec<Option<u8>> {
    let mut heard = Vec::new();
    for answer in answers {
        let loaded = answer.await.unwrap().unwrap();
        heard.push(loaded.map(|session| session.data[0]));
    }
    heard
}

/// The loads that the store was asked for, one after the other.
fn loads(store: &Rehearsed) -> Vec<String> {
    let mut calls = store.calls();
    calls.retain(|call| call.starts_with("load"));
    calls
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Sessions 0 to 3 are there, 4 and 5 are not; each save comes after so many pauses.
    #[test]
    fn the_last_save_of_a_session_is_what_stays(saves in vec((0..6_i128, 0..5_usize), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, grouped) = with(0..4).await;
            let came = Arc::new(Mutex::new(Vec::new()));
            let mut answers = Vec::new();
            for (number, (id, pauses)) in saves.into_iter().enumerate() {
                let (grouped, came) = (grouped.clone(), came.clone());
                answers.push((id, tokio::spawn(async move {
                    for _ in 0..pauses {
                        yield_now().await;
                    }
                    came.lock().unwrap().push((id, number));
                    grouped.save(&Id(id), &session(number), VERSION).await
                })));
            }
            for (id, answer) in answers {
                assert_eq!(answer.await.unwrap().unwrap(), id < 4);
            }
            let came = came.lock().unwrap().clone();
            for id in 0..4 {
                let last = came.iter().rev().find(|(other, _)| *other == id);
                let expected = last.map_or("old".into(), |(_, number)| number.to_string());
                assert_eq!(data(&store, id).await, Some(expected.into_bytes()));
            }
        });
    }
}
