//! What every store promises to the layers above it (S9, S10 of the design).

use crate::support::{TestApp, on_every_store};
use sweatbox::sessions::{
    MAX_BYTES,
    stores::{Listed, Row, Store, StoredSession, Version},
};
use time::{Duration, OffsetDateTime, macros::datetime};
use tower_sessions::session::Id;

on_every_store! {
    what_was_created_is_loaded_again
    a_session_that_is_gone_is_neither_saved_nor_touched
    a_session_may_expire_after_2038
    a_session_may_hold_more_than_64_kib
    a_second_preparation_changes_nothing
    it_tells_its_version_and_its_time
    ; but not in a cookie:
    a_taken_id_is_not_created_twice
    touching_moves_the_expiry_alone
    saving_and_deleting_leave_other_sessions_alone
    a_save_over_another_version_writes_nothing_and_says_so
    the_same_save_once_more_counts_as_done
    of_many_saves_at_once_the_overtaken_one_alone_is_not_made
    a_purge_removes_at_most_its_limit
    sessions_are_listed_by_the_beginnings_of_their_ids
}

fn session(expiry: OffsetDateTime) -> StoredSession {
    StoredSession {
        data: b"{\"created\":1,\"data\":{}}".to_vec(),
        expiry,
        version: VERSION,
    }
}

/// A change, as a version of its own.
fn changed(data: &str) -> StoredSession {
    StoredSession::new(data.into(), LATER)
}

/// As large as those that are drawn.
const VERSION: Version = Version(1_234_567_890_123_456_789);
const LATER: OffsetDateTime = datetime!(2030-01-02 03:04:05.678901 UTC);

async fn what_was_created_is_loaded_again(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    assert_eq!(store.load(&id).await.unwrap(), None);
    assert!(store.create(&id, &session(LATER)).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), Some(session(LATER)));
    store.delete(&id).await.unwrap();
    assert_eq!(store.load(&id).await.unwrap(), None);
    store.delete(&id).await.unwrap();
}

async fn a_taken_id_is_not_created_twice(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    assert!(store.create(&id, &session(LATER)).await.unwrap());
    let other = session(LATER + Duration::HOUR);
    assert!(!store.create(&id, &other).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), Some(session(LATER)));
}

async fn a_session_that_is_gone_is_neither_saved_nor_touched(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    assert!(!store.save(&id, &session(LATER), VERSION).await.unwrap());
    assert!(!store.touch(&id, LATER).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), None);
}

async fn touching_moves_the_expiry_alone(app: TestApp) {
    let (store, id, neighbour) = (app.store(), Id::default(), Id::default());
    store.create(&id, &session(LATER)).await.unwrap();
    store.create(&neighbour, &session(LATER)).await.unwrap();
    let even_later = LATER + Duration::HOUR;
    assert!(store.touch(&id, even_later).await.unwrap());
    // The same once more changes nothing, and the session is there all the same.
    assert!(store.touch(&id, even_later).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), Some(session(even_later)));
    assert_eq!(store.load(&neighbour).await.unwrap(), Some(session(LATER)));
    // Who loaded it before may save it all the same.
    let changed = changed("changed");
    assert!(store.save(&id, &changed, VERSION).await.unwrap());
    assert!(store.touch(&id, even_later).await.unwrap());
    let found = store.load(&id).await.unwrap().unwrap();
    assert_eq!((found.version, found.expiry), (changed.version, even_later));
}

async fn a_session_may_expire_after_2038(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    let far = session(datetime!(2105-06-07 08:09:10 UTC));
    store.create(&id, &far).await.unwrap();
    assert_eq!(store.load(&id).await.unwrap(), Some(far));
    assert_eq!(
        store
            .purge(datetime!(2100-01-01 00:00 UTC), 10)
            .await
            .unwrap(),
        0
    );
}

async fn a_session_may_hold_more_than_64_kib(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    let large = StoredSession::new(vec![b'x'; MAX_BYTES + 1], LATER);
    store.create(&id, &large).await.unwrap();
    assert_eq!(store.load(&id).await.unwrap(), Some(large));
}

async fn saving_and_deleting_leave_other_sessions_alone(app: TestApp) {
    let (store, id, neighbour) = (app.store(), Id::default(), Id::default());
    store.create(&id, &session(LATER)).await.unwrap();
    store.create(&neighbour, &session(LATER)).await.unwrap();
    let changed = StoredSession::new(b"changed".to_vec(), LATER + Duration::HOUR);
    assert!(store.save(&id, &changed, VERSION).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), Some(changed));
    assert_eq!(store.load(&neighbour).await.unwrap(), Some(session(LATER)));
    store.delete(&id).await.unwrap();
    assert_eq!(store.load(&neighbour).await.unwrap(), Some(session(LATER)));
}

async fn a_save_over_another_version_writes_nothing_and_says_so(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    store.create(&id, &session(LATER)).await.unwrap();
    // Both were made from the same version, and the first one comes last.
    let [first, second] = ["first", "second"].map(changed);
    assert!(store.save(&id, &second, VERSION).await.unwrap());
    assert!(!store.save(&id, &first, VERSION).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), Some(second.clone()));
    // What is made from what is there goes on from it.
    let third = changed("third");
    assert!(store.save(&id, &third, second.version).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), Some(third));
    // Nor is a session brought back by its own version.
    store.delete(&id).await.unwrap();
    assert!(!store.save(&id, &first, VERSION).await.unwrap());
    assert!(!store.save(&id, &first, first.version).await.unwrap());
    assert_eq!(store.load(&id).await.unwrap(), None);
}

async fn the_same_save_once_more_counts_as_done(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    store.create(&id, &session(LATER)).await.unwrap();
    let changed = changed("changed");
    for _ in 0..3 {
        assert!(store.save(&id, &changed, VERSION).await.unwrap());
        assert_eq!(store.load(&id).await.unwrap(), Some(changed.clone()));
    }
}

async fn of_many_saves_at_once_the_overtaken_one_alone_is_not_made(app: TestApp) {
    let store = app.store();
    let mut rows = Vec::new();
    for _ in 0..8 {
        let (id, over) = (Id::default(), VERSION);
        store.create(&id, &session(LATER)).await.unwrap();
        let session = changed("new");
        rows.push(Row { id, session, over });
    }
    let newer = changed("newer");
    assert!(store.save(&rows[3].id, &newer, VERSION).await.unwrap());
    // In one statement where the store can, and then each by itself.
    if let Some(batches) = store.batches() {
        assert!(!batches.save_all(&rows).await.unwrap());
        expect_all_but_the_fourth(&*store, &rows, &newer).await;
    }
    let mut saves = Vec::new();
    for Row { id, session, over } in rows.clone() {
        let store = store.clone();
        saves.push(tokio::spawn(async move {
            store.save(&id, &session, over).await
        }));
    }
    for (number, save) in saves.into_iter().enumerate() {
        assert_eq!(save.await.unwrap().unwrap(), number != 3, "{number}");
    }
    expect_all_but_the_fourth(&*store, &rows, &newer).await;
}

/// All rows are there as they are, but in the fourth place something newer.
async fn expect_all_but_the_fourth(store: &dyn Store, rows: &[Row], newer: &StoredSession) {
    for (number, row) in rows.iter().enumerate() {
        let expected = if number == 3 { newer } else { &row.session };
        let found = store.load(&row.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(expected), "{number}");
    }
}

async fn a_purge_removes_at_most_its_limit(app: TestApp) {
    let store = app.store();
    for _ in 0..7 {
        store.create(&Id::default(), &session(LATER)).await.unwrap();
    }
    let before = LATER - Duration::SECOND;
    assert_eq!(store.purge(before, 5).await.unwrap(), 0);
    if app.purges_itself() {
        // What has expired is not even created.
        // (A clock that ticks in seconds may be two behind.)
        let expired = session(OffsetDateTime::now_utc() - Duration::MINUTE);
        store.create(&Id::default(), &expired).await.unwrap();
        assert_eq!(store.count().await.unwrap(), 7);
        assert_eq!(store.purge(LATER, 5).await.unwrap(), 0);
        return;
    }
    assert_eq!(store.purge(LATER, 5).await.unwrap(), 5);
    assert_eq!(store.purge(LATER, 5).await.unwrap(), 2);
}

async fn sessions_are_listed_by_the_beginnings_of_their_ids(app: TestApp) {
    let store = app.store();
    assert_eq!(store.list("", 10).await.unwrap(), []);
    let ids = [
        "AAAAbbbbbbbbbbbbbbbbbA",
        "AAAAb-bbbbbbbbbbbbbb_A",
        "AAaAbbbbbbbbbbbbbbbbbA",
        "_____________________w",
    ];
    let ids = ids.map(|id| id.parse::<Id>().unwrap());
    for id in &ids {
        store.create(id, &session(LATER)).await.unwrap();
    }
    assert_eq!(store.count().await.unwrap(), 4);
    for id in &ids {
        let found = store.list(&id.to_string(), 10).await.unwrap();
        let bytes = session(LATER).data.len() as u64;
        let expiry = LATER;
        assert_eq!(
            found,
            [Listed {
                id: *id,
                bytes,
                expiry
            }]
        );
    }
    // Upper and lower case are different letters of an id.
    assert_eq!(store.list("AAAA", 10).await.unwrap().len(), 2);
    assert_eq!(store.list("", 3).await.unwrap().len(), 3);
    // What is no beginning of an id is no pattern, either.
    for odd in ["%", "*", "A%", "A_A", "[A-Z]", "é", "'"] {
        assert_eq!(store.list(odd, 10).await.unwrap(), [], "{odd}");
    }
}

async fn a_second_preparation_changes_nothing(app: TestApp) {
    let (store, id) = (app.store(), Id::default());
    store.create(&id, &session(LATER)).await.unwrap();
    assert!(store.inspect().await.unwrap());
    app.store().prepare().await.unwrap();
    assert_eq!(store.load(&id).await.unwrap(), Some(session(LATER)));
}

async fn it_tells_its_version_and_its_time(app: TestApp) {
    let about = app.store().about().await.unwrap();
    assert!(!about.version.is_empty());
    if let Some(clock) = about.clock {
        // The same machine's clock, read over the wire.
        let apart = (clock - OffsetDateTime::now_utc()).abs();
        assert!(apart < Duration::MINUTE, "{apart}");
    }
}
