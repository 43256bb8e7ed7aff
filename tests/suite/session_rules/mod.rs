//! The rules that every store keeps (S1 to S16 of the design), each seen from outside.

mod changes;
mod cookies;
mod endings;
mod expiry;
mod in_cookie;
mod origins;

use crate::support::{TestApp, Visitor};
use tower_sessions::session::Id;

/// A visitor who has written `a` = `1`.
async fn with_session(app: &TestApp) -> Visitor {
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    visitor
}

/// What the session of `visitor` holds at `key`.
async fn value(visitor: &Visitor, key: &str) -> String {
    visitor.get(&format!("/t/get/{key}")).await.expect(200).text
}

/// The id in the visitor's cookie: it stands behind the signature of 44 characters.
fn id_of(app: &TestApp, visitor: &Visitor) -> Id {
    let cookie = visitor.cookie(app.cookie_name()).expect("a session cookie");
    cookie[44..66].parse().unwrap()
}

/// How many sessions there are; those in browsers nobody can count.
async fn expect_sessions(app: &TestApp, count: u64) {
    let store = app.store();
    if store.in_cookie().is_none() {
        assert_eq!(store.count().await.unwrap(), count);
    }
}
