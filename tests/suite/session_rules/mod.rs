//! The rules that every store keeps (S1 to S16 of the design), each seen from outside.

mod changes;
mod cookies;
mod endings;
mod expiry;
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

/// The id in the visitor's cookie: the part behind the signature.
fn id_of(app: &TestApp, visitor: &Visitor) -> Id {
    let cookie = visitor.cookie(app.cookie_name()).expect("a session cookie");
    cookie[cookie.len() - 22..].parse().unwrap()
}

/// How many sessions there are.
async fn count_sessions(app: &TestApp) -> u64 {
    app.store().count().await.unwrap()
}
