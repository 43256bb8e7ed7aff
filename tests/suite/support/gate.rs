//! A place in a handler where a test can hold it, instead of a sleep.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// Handlers arrive and wait; the test sees them arrive and lets them pass.
#[derive(Clone)]
pub struct Gate {
    arrived: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self {
            arrived: closed(),
            opened: closed(),
        }
    }

    /// In the handler: says that it is here, and waits to be let through.
    pub async fn pass(&self) {
        self.arrived.add_permits(1);
        self.opened.acquire().await.unwrap().forget();
    }

    /// In the test: waits until one more handler has arrived.
    pub async fn wait_for_arrival(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    /// In the test: lets one handler through.
    pub fn let_one_pass(&self) {
        self.opened.add_permits(1);
    }
}
