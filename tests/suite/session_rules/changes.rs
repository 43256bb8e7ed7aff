//! Changes that overlap: none is lost, none is left half-done (S3, S13).

use super::{id_of, value, with_session};
use crate::support::{Answer, TestApp, Visitor, eventually, on_every_store};
use reqwest::Method;
use std::time::Duration;
use sweatbox::sessions::stores::StoredSession;

on_every_store! {
    ; but not in a cookie:
    fifty_one_increments_at_once_end_at_fifty_one
    fifty_writers_of_different_keys_keep_fifty
    a_change_that_holds_the_lock_is_finished_although_the_visitor_left
    a_change_that_a_refused_one_overtook_is_refused_and_writes_nothing
    session_data_of_70_kb_is_refused_and_the_old_state_intact
}

async fn fifty_one_increments_at_once_end_at_fifty_one(app: TestApp) {
    let visitor = with_session(&app).await;
    let answers = at_once(51, |_| ("/t/add/n".into(), visitor.another_tab())).await;
    let mut sums: Vec<u64> = answers
        .iter()
        .map(|answer| answer.text.parse().unwrap())
        .collect();
    sums.sort_unstable();
    assert_eq!(sums, (1..=51).collect::<Vec<_>>());
    assert_eq!(value(&visitor, "n").await, "51");
}

async fn fifty_writers_of_different_keys_keep_fifty(app: TestApp) {
    let visitor = with_session(&app).await;
    at_once(50, |i| (format!("/t/set/k{i}/{i}"), visitor.another_tab())).await;
    for i in 0..50 {
        assert_eq!(value(&visitor, &format!("k{i}")).await, format!("\"{i}\""));
    }
}

async fn a_change_that_holds_the_lock_is_finished_although_the_visitor_left(app: TestApp) {
    let visitor = with_session(&app).await;
    let tab = visitor.another_tab();
    let leaving = tokio::spawn(async move { tab.get("/t/add-after-locking/n").await });
    app.gate.wait_for_arrival().await;
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled());
    eventually(
        "the copy has noticed",
        Duration::from_secs(10),
        async || app.sessions.orphans() == 1,
    )
    .await;
    // A second change has to wait for the first one's lock, so it sees what that one wrote.
    let tab = visitor.another_tab();
    let second = tokio::spawn(async move { tab.get("/t/add/n").await });
    app.gate.let_one_pass();
    assert_eq!(second.await.unwrap().expect(200).text, "2");
}

async fn a_change_that_a_refused_one_overtook_is_refused_and_writes_nothing(app: TestApp) {
    let visitor = with_session(&app).await;
    let (store, id) = (app.store(), id_of(&app, &visitor));
    let tab = visitor.another_tab();
    let overtaken = tokio::spawn(async move {
        let accept = [("accept", "text/html")];
        let path = "/t/add-after-locking/n";
        tab.request(Method::GET, path, &accept).await
    });
    app.gate.wait_for_arrival().await;
    // It has loaded the session and holds its lock. Only now the network delivers what an earlier
    // change wrote, of whose lock nothing is left.
    let loaded = store.load(&id).await.unwrap().unwrap();
    let late = String::from_utf8(loaded.data).unwrap();
    let late = late.replace(r#""a":"1""#, r#""a":"late""#).into_bytes();
    let late = StoredSession::new(late, loaded.expiry);
    assert!(store.save(&id, &late, loaded.version).await.unwrap());
    app.gate.let_one_pass();

    let refused = overtaken.await.unwrap().expect(503);
    let reason = "An earlier change of your session, which was refused, has been made";
    assert!(refused.text.contains(reason), "{}", refused.text);
    assert!(refused.headers.contains_key("retry-after"));
    assert!(refused.set_cookies().is_empty());
    assert_eq!(value(&visitor, "a").await, "\"late\"");
    assert_eq!(value(&visitor, "n").await, "none");
    // Tried again, it goes on from there.
    assert_eq!(visitor.get("/t/add/n").await.expect(200).text, "1");
    assert_eq!(value(&visitor, "a").await, "\"late\"");
}

async fn session_data_of_70_kb_is_refused_and_the_old_state_intact(app: TestApp) {
    let visitor = with_session(&app).await;
    let accept = [("accept", "text/html")];
    let answer = visitor.request(Method::GET, "/t/fill/70000", &accept).await;
    let answer = answer.expect(413);
    assert!(
        answer.text.contains("Too much for one session"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("the limit is 65536"),
        "{}",
        answer.text
    );
    assert!(answer.set_cookies().is_empty());
    assert_eq!(value(&visitor, "a").await, "\"1\"");
    assert_eq!(value(&visitor, "filling").await, "none");
    // Just below the limit there is room, beyond the 64 KB of a plain BLOB's usual neighbours.
    visitor.get("/t/fill/65400").await.expect(200);
    assert_eq!(value(&visitor, "filling").await.len(), 65402);
}

/// Sends `count` requests at the same time; all must be answered by 200.
async fn at_once(count: usize, request: impl Fn(usize) -> (String, Visitor)) -> Vec<Answer> {
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..count {
        let (path, visitor) = request(i);
        tasks.spawn(async move { visitor.get(&path).await.expect(200) });
    }
    tasks.join_all().await
}
