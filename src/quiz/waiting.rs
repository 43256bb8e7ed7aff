//! Calls that wait for the database, a little: what it knows, or has written, is worth a moment.

use super::{
    Quiz,
    room::{Denied, Start, State, Submitted},
    view::EvaluationView,
};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::time::timeout;

/// How long a call waits for the database to tell of the past.
const PAST: Duration = Duration::from_secs(2);
/// How long a submit waits for its result to be written.
const WRITTEN: Duration = Duration::from_millis(500);

impl Quiz {
    /// Starts an attempt, if it is known how many there were before.
    pub(super) async fn start(&self, session: &str) -> Result<Start, Denied> {
        let start = || self.act(|inner, now| inner.room.start(session, now, &mut rand::rng()));
        match start() {
            Ok(Start::PastUnknown) => {
                self.learn_past().await;
                start()
            }
            started => started,
        }
    }

    /// How far a session's candidate is.
    pub(super) async fn state(&self, session: &str) -> Result<State, Denied> {
        let state = || self.act(|inner, now| inner.room.state(session, now));
        match state() {
            // How many are left depends on how many there were.
            Ok(State::Never { .. }) if !self.knows_past() => {
                self.learn_past().await;
                state()
            }
            state => state,
        }
    }

    /// Evaluates an attempt.
    pub(super) async fn submit(&self, session: &str) -> Result<Option<EvaluationView>, Denied> {
        let submitted = self.act(|inner, now| inner.room.submit(session, now))?;
        let Some(Submitted { id, mut evaluation }) = submitted else {
            return Ok(None);
        };
        if evaluation.pending {
            self.0.writer.until_written(&id, WRITTEN).await;
            evaluation.pending = self.0.writer.is_pending(&id);
        }
        Ok(Some(evaluation))
    }

    /// Asks for the past, once somebody is here: an idle copy connects to nothing.
    pub(super) fn want_past(&self) {
        if !self.knows_past() {
            self.0.past_wanted.store(true, Ordering::Release);
            self.0.writer.work.notify_one();
        }
    }

    /// Whether it is known how many attempts were finished before this process began.
    pub(super) fn knows_past(&self) -> bool {
        *self.0.past_known.borrow()
    }

    async fn learn_past(&self) {
        self.want_past();
        let mut known = self.0.past_known.subscribe();
        // Too late: then the second try says so.
        let _ = timeout(PAST, known.wait_for(|known| *known)).await;
    }
}
