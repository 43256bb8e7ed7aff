//! A clock that a test moves.

use std::sync::{Arc, Mutex};
use sweatbox::clock::Clock;
use time::{Duration, OffsetDateTime};

/// Stands still until it is moved.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<OffsetDateTime>>);

impl TestClock {
    /// Starts at the present moment.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(OffsetDateTime::now_utc())))
    }

    /// Lets `duration` pass.
    pub fn advance(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }

    /// The moment that it shows.
    pub fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }

    /// This clock as the program takes it.
    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Clock::from_fn(move || clock.now())
    }
}
