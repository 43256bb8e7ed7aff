//! The stream of an HTTP/1.1 connection, to which one hyper after the other listens.

use axum::body::Bytes;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that begins with what nobody has understood yet.
pub(super) struct Line<T> {
    unread: Bytes,
    // In a box: it is handed from one to the other.
    stream: Box<T>,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Line<T> {
    pub(super) fn new(stream: T) -> Self {
        Self {
            unread: Bytes::new(),
            stream: Box::new(stream),
        }
    }

    /// Has `bytes` read before everything that comes. They are copied: a few bytes of a large buffer
    /// would keep all of it.
    pub(super) fn push_back(&mut self, bytes: &[u8]) {
        self.unread = [bytes, &self.unread].concat().into();
    }

    /// Ready when the visitor has left. What comes instead is kept, and then nobody looks further,
    /// as hyper does not in the midst of a request.
    pub(super) fn poll_left(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.unread.is_empty() {
            let mut few = [0; 64];
            let mut few = ReadBuf::new(&mut few);
            let outcome = ready!(Pin::new(&mut self.stream).poll_read(context, &mut few));
            if outcome.is_err() || few.filled().is_empty() {
                return Poll::Ready(());
            }
            self.unread = Bytes::copy_from_slice(few.filled());
        }
        Poll::Pending
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Line<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let room = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread.split_to(room));
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Line<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
