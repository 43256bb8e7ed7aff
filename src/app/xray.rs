//! The X-ray: the viewer's own requests, as a page, as JSON, and as they come.

use crate::{
    page::page,
    sandbox::Sandbox,
    sessions::Visitor,
    xray::{self, Record, Recording, Ring},
};
use axum::{
    Json, Router,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures_util::{Stream, StreamExt, stream};
use maud::{Markup, html};
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc};
use tokio::sync::broadcast::error::RecvError;

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/xray", get(as_page))
        .route("/xray.json", get(as_json))
        .route("/xray/events", get(as_events))
}

/// The viewer's ring. Whoever has no session has none, and an id counts only if its session is
/// really there: a forged one, or one that has ended, opens nothing.
fn ring(sandbox: &Sandbox, visitor: &Visitor) -> Option<Arc<Ring>> {
    let id = visitor.session_id()?;
    sandbox.sessions.rings().of(id.0)
}

/// What the viewer may see: the own requests, or, without a session, the present one alone.
fn records(sandbox: &Sandbox, visitor: &Visitor, recording: &Recording) -> Vec<Arc<Record>> {
    // Looking on is no part of what is looked at.
    recording.forget();
    match visitor.has_session() {
        true => ring(sandbox, visitor).map_or_else(Vec::new, |ring| ring.records()),
        false => recording.so_far().into_iter().map(Arc::new).collect(),
    }
}

async fn as_page(State(sandbox): State<Sandbox>, visitor: Visitor, recording: Recording) -> Markup {
    let records = records(&sandbox, &visitor, &recording);
    let main = html! {
        h1 { "X-ray" }
        @if !visitor.has_session() {
            p { "You have no session here, so all there is to see is the request for this page." }
        }
        (xray::panel(&records))
    };
    page(sandbox.identity.port().number(), "X-ray", &main)
}

async fn as_json(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    recording: Recording,
) -> Json<Value> {
    let records = records(&sandbox, &visitor, &recording);
    let records: Vec<_> = records.iter().map(|record| xray::to_json(record)).collect();
    Json(json!({ "requests": records }))
}

/// All that is known, and then what comes, until the session ends or the copy stops.
async fn as_events(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    recording: Recording,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    recording.forget();
    let ring = ring(&sandbox, &visitor);
    // Followed before it is read: what comes in between is sent twice, not never.
    let news = ring.as_ref().map(|ring| ring.follow());
    let known = ring.map_or_else(Vec::new, |ring| ring.records());
    let coming = stream::unfold(news, |news| async {
        let mut news = news?;
        loop {
            match news.recv().await {
                Ok(record) => return Some((record, Some(news))),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let stopping = sandbox.stopping.clone().cancelled_owned();
    let all = stream::iter(known).chain(coming).take_until(stopping);
    let events = all.map(|record| {
        let html = xray::record_html(&record).into_string();
        Ok(Event::default().id(record.number.to_string()).data(html))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
