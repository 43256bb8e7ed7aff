//! Work that is finished even if its visitor leaves, once it has begun to change something.

use super::unit::UnitOfWork;
use axum::response::Response;
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

type Work = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A request's work. hyper drops it when the connection closes; with the lock held it then
/// goes on by itself, because a save cut in half would leave the next request in the dark.
/// Without the lock it stops at once: whoever leaves during a wait leaves no trace.
pub(super) struct FinishOnceLocked {
    work: Option<Work>,
    unit: Arc<UnitOfWork>,
}

impl FinishOnceLocked {
    pub(super) fn new(
        work: impl Future<Output = Response> + Send + 'static,
        unit: Arc<UnitOfWork>,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            unit,
        }
    }
}

impl Future for FinishOnceLocked {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        // Taken out while it runs: a handler that panics is not to be run again by `drop`.
        let mut work = self
            .work
            .take()
            .expect("not polled again after it was ready");
        let outcome = work.as_mut().poll(context);
        if outcome.is_pending() {
            self.work = Some(work);
        }
        outcome
    }
}

impl Drop for FinishOnceLocked {
    fn drop(&mut self) {
        if let Some(work) = self.work.take()
            && self.unit.holds_lock()
        {
            self.unit.sessions.0.orphans.spawn(work);
        }
    }
}
