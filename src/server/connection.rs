//! Connections that are closed when nobody uses them.
//!
//! hyper's own timeouts leave two kinds open for ever: silence after the TLS handshake, and an
//! idle HTTP/2 peer that answers pings. Here a connection counts its requests in flight and
//! stops reading when there has been none for a while. A visitor who waits, or reads a stream
//! of events, is in flight all the time.

use super::Limits;
use axum::body::{Body, Bytes, HttpBody};
use axum_server::{
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use http_body::{Frame, SizeHint};
use hyper::{Request, Response};
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};
use tokio_rustls::server::TlsStream;
use tower::Service;

/// Accepts TLS connections and watches over them.
#[derive(Clone)]
pub(super) struct WatchfulAcceptor {
    tls: RustlsAcceptor,
    idle: Duration,
}

impl WatchfulAcceptor {
    pub(super) fn new(tls: RustlsConfig, limits: &Limits) -> Self {
        Self {
            tls: RustlsAcceptor::new(tls).handshake_timeout(limits.handshake),
            idle: limits.idle,
        }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for WatchfulAcceptor {
    type Stream = WatchedStream;
    type Service = CountingService<S>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let (tls, idle) = (self.tls.clone(), self.idle);
        Box::pin(async move {
            // Small answers go out at once and not after Nagle's wait.
            stream.set_nodelay(true)?;
            let (stream, service) = tls.accept(stream, service).await?;
            let usage = Usage::default();
            let service = CountingService {
                inner: service,
                usage: usage.clone(),
            };
            Ok((WatchedStream::new(stream, usage, idle), service))
        })
    }
}

/// How many requests of one connection are in flight, and when the last one ended.
#[derive(Clone)]
struct Usage(Arc<Mutex<(usize, Instant)>>);

impl Default for Usage {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((0, Instant::now()))))
    }
}

impl Usage {
    fn begin(&self) -> InFlight {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
        InFlight(self.clone())
    }

    /// When a connection that may be idle for so long is to be closed, if nothing happens.
    fn deadline(&self, idle: Duration) -> Instant {
        let (in_flight, last) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = if in_flight == 0 { last } else { Instant::now() };
        since + idle
    }
}

/// One request, from its header to the end of its answer.
struct InFlight(Usage);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut usage = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *usage = (usage.0 - 1, Instant::now());
    }
}

/// A TLS stream that reports a timeout when its connection is idle.
pub(super) struct WatchedStream {
    inner: TlsStream<TcpStream>,
    usage: Usage,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
}

impl WatchedStream {
    fn new(inner: TlsStream<TcpStream>, usage: Usage, idle: Duration) -> Self {
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

/// Counts the requests that pass through it.
#[derive(Clone)]
pub(super) struct CountingService<S> {
    inner: S,
    usage: Usage,
}

impl<S, B> Service<Request<B>> for CountingService<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let in_flight = self.usage.begin();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let count = |body| {
                Body::new(CountedBody {
                    body,
                    _in_flight: in_flight,
                })
            };
            Ok(answer.await?.map(count))
        })
    }
}

/// A body that is in flight until it is dropped.
struct CountedBody {
    body: Body,
    _in_flight: InFlight,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
