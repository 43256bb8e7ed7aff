//! The stream of a connection, which ends when the connection is idle for too long.

use super::usage::Usage;
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
    time::{Instant, Sleep, sleep_until},
};
use tokio_rustls::server::TlsStream;

/// A TLS stream that reports a timeout when its connection is idle.
pub(in crate::server) struct WatchedStream {
    inner: TlsStream<TcpStream>,
    usage: Usage,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
}

impl WatchedStream {
    pub(super) fn new(inner: TlsStream<TcpStream>, usage: Usage, idle: Duration) -> Self {
        let timer = Box::pin(sleep_until(usage.deadline(idle)));
        Self {
            inner,
            usage,
            idle,
            timer,
        }
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_read(context, buffer);
        if outcome.is_ready() {
            return outcome;
        }
        // The timer is moved only when it rings: most reads do not touch it.
        while self.timer.as_mut().poll(context).is_ready() {
            let deadline = self.usage.deadline(self.idle);
            if deadline <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
