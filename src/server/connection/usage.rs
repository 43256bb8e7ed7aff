//! What a connection is used for right now: what its stream and its service share.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The requests of one connection that are in flight. Cheap to clone.
#[derive(Clone)]
pub(super) struct Usage(Arc<Mutex<State>>);

struct State {
    /// Their numbers, each with the time since when a part of the answer waits for the client. Few,
    /// and mostly one.
    in_flight: Vec<(u64, Option<Instant>)>,
    begun: u64,
    last_ended: Instant,
}

impl Default for Usage {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            in_flight: Vec::new(),
            begun: 0,
            last_ended: Instant::now(),
        })))
    }
}

impl Usage {
    /// Counts a request until the result is dropped.
    pub(super) fn begin(&self) -> InFlight {
        let mut state = self.state();
        state.begun += 1;
        let number = state.begun;
        state.in_flight.push((number, None));
        InFlight {
            usage: self.clone(),
            number,
        }
    }

    /// When the connection is to be closed, if nothing happens until then: it may be without a
    /// request for as long as `idle`, and an answer may wait for the client as long as `stalled`.
    pub(super) fn deadline(&self, idle: Duration, stalled: Duration) -> Instant {
        let state = self.state();
        if state.in_flight.is_empty() {
            return state.last_ended + idle;
        }
        let waiting = state.in_flight.iter().filter_map(|(_, since)| *since).min();
        waiting.unwrap_or_else(Instant::now) + stalled
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request, from its header to the end of its answer.
pub(super) struct InFlight {
    usage: Usage,
    number: u64,
}

impl InFlight {
    /// A part of the answer was handed out: from now on the client has to make room for it.
    pub(super) fn waits_for_client(&self) {
        self.note(Some(Instant::now()));
    }

    /// The last part has gone, and we have not got the next one yet.
    pub(super) fn waits_for_us(&self) {
        self.note(None);
    }

    fn note(&self, waiting: Option<Instant>) {
        let mut state = self.usage.state();
        let own = state
            .in_flight
            .iter_mut()
            .find(|(number, _)| *number == self.number);
        if let Some((_, since)) = own {
            *since = waiting;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.usage.state();
        state.in_flight.retain(|(number, _)| *number != self.number);
        state.last_ended = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const IDLE: Duration = Duration::from_secs(60);
    const STALLED: Duration = Duration::from_secs(30);

    /// How long the connection has still got.
    fn left(usage: &Usage) -> Duration {
        usage.deadline(IDLE, STALLED).duration_since(Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_request_has_the_idle_time_since_the_last_one() {
        let usage = Usage::default();
        advance(STALLED).await;
        assert_eq!(left(&usage), IDLE - STALLED);
        drop(usage.begin());
        assert_eq!(left(&usage), IDLE);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_waits_for_us_may_take_any_time() {
        let usage = Usage::default();
        let quiet = usage.begin();
        quiet.waits_for_client();
        quiet.waits_for_us();
        advance(10 * IDLE).await;
        assert_eq!(left(&usage), STALLED);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_waits_for_its_client_has_a_deadline_whatever_others_do() {
        let usage = Usage::default();
        let (stuck, other) = (usage.begin(), usage.begin());
        stuck.waits_for_client();
        advance(STALLED).await;
        other.waits_for_client();
        assert_eq!(left(&usage), Duration::ZERO);
        drop(stuck);
        assert_eq!(left(&usage), STALLED);
    }
}
