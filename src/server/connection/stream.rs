//! The stream of a connection, which ends when the connection is idle, or its client takes
//! nothing, for too long.

use super::usage::Usage;
use crate::server::Limits;
use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep},
};

/// A TCP stream that reports a timeout when its connection is idle or stalled. It lies below
/// TLS, where every byte that the client has room for is seen.
pub(in crate::server) struct WatchedStream {
    inner: TcpStream,
    usage: Usage,
    idle: Duration,
    stalled: Duration,
    /// Rings when the usage is to be looked at.
    timer: Pin<Box<Sleep>>,
    /// Runs from the moment at which nothing could be written until something can.
    blocked: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl WatchedStream {
    pub(super) fn new(
        inner: TcpStream,
        usage: Usage,
        limits: &Limits,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let (idle, stalled) = (limits.idle, limits.stalled);
        let timer = Box::pin(sleep(idle.min(stalled)));
        Self {
            inner,
            usage,
            idle,
            stalled,
            timer,
            blocked: None,
            _place: place,
        }
    }

    /// Whether the time of an unused connection, or of an answer that nobody takes, is over.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        // The timer is moved only when it rings: most reads do not touch it.
        while self.timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let deadline = self.usage.deadline(self.idle, self.stalled);
            if deadline <= now {
                return true;
            }
            // Never much later: what gets stuck in the meantime does not move the timer.
            let next = deadline.min(now + self.stalled);
            self.timer.as_mut().reset(next);
        }
        false
    }

    /// The outcome of a write; one that was not possible has so long to become possible.
    fn unless_blocked(
        &mut self,
        outcome: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if outcome.is_ready() {
            self.blocked = None;
            return outcome;
        }
        let stalled = self.stalled;
        let timer = self.blocked.get_or_insert_with(|| Box::pin(sleep(stalled)));
        timer.as_mut().poll(context).map(|()| Err(timed_out()))
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_read(context, buffer);
        if outcome.is_pending() && self.is_over(context) {
            return Poll::Ready(Err(timed_out()));
        }
        outcome
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.unless_blocked(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(context, parts);
        self.unless_blocked(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
