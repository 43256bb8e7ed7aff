//! The proctor's event stream: the table of everybody, as it changes.

use super::{
    Quiz,
    stream::{event, stopping},
};
use axum::response::sse::Event;
use futures_util::{Stream, stream};
use std::time::Duration;
use tokio::{
    select,
    sync::watch,
    time::{Instant, sleep_until},
};

/// The table is sent at most this often, and at least that often: to make it takes a look at
/// everybody.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(5);

impl Quiz {
    /// The proctor's table, at once and whenever it has changed.
    pub(super) fn watch_all(&self) -> impl Stream<Item = Event> + use<> {
        let start = Watching {
            changes: self.0.overview.subscribe(),
            quiz: self.clone(),
            sent: None,
            over: false,
        };
        stream::unfold(start, |mut watching| async move {
            Some((watching.next().await?, watching))
        })
    }
}

/// A proctor's page.
struct Watching {
    changes: watch::Receiver<()>,
    quiz: Quiz,
    sent: Option<Instant>,
    over: bool,
}

impl Watching {
    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        let quiz = self.quiz.clone();
        select! {
            biased;
            () = quiz.0.stopping.cancelled() => {
                self.over = true;
                let detail = "The server stops. Attempts that run now never happened.";
                Some(stopping(detail))
            }
            () = self.due() => {
                self.sent = Some(Instant::now());
                // Before the look: what changes during it is looked at again.
                self.changes.mark_unchanged();
                Some(event("attempts", &quiz.overview()))
            }
        }
    }

    /// Waits until the table is to be sent again.
    async fn due(&mut self) {
        let Some(sent) = self.sent else {
            return;
        };
        sleep_until(sent + SHORTEST).await;
        select! {
            _ = self.changes.changed() => {}
            () = sleep_until(sent + LONGEST) => {}
        }
    }
}
