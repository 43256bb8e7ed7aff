//! The rows as they change, as a stream of events.

use super::Desk;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde_json::json;
use std::{convert::Infallible, time::Duration};
use tokio::{sync::watch, time::sleep};

/// Changes of this time come together: a run of the checks makes hundreds.
const PAUSE: Duration = Duration::from_millis(250);
/// A sign of life when nothing changes.
const SIGN: Duration = Duration::from_secs(5);

/// A page that follows.
struct Following {
    desk: Desk,
    news: watch::Receiver<u64>,
    /// The version that the page has.
    seen: u64,
}

/// All rows, and then those that change, until the page leaves or the desk stops.
pub(super) fn follow(desk: Desk) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stopping = desk.0.stopping.clone().cancelled_owned();
    let following = Following {
        news: desk.0.board.follow(),
        desk,
        seen: 0,
    };
    let events = stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok(event), following))
    });
    let sign = KeepAlive::new().interval(SIGN);
    Sse::new(events.take_until(stopping)).keep_alive(sign)
}

impl Following {
    async fn next(&mut self) -> Option<Event> {
        loop {
            self.news.mark_unchanged();
            let (version, rows) = self.desk.0.board.since(self.seen);
            if version > self.seen {
                self.seen = version;
                let event = Event::default().event("rows");
                let event = event.json_data(json!({ "rows": rows }));
                return Some(event.expect("our own types are JSON, and JSON in one line"));
            }
            self.news.changed().await.ok()?;
            sleep(PAUSE).await;
        }
    }
}
