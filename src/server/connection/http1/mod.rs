//! HTTP/1.1 connections, which give their buffers back while a visitor's page waits.
//!
//! hyper keeps two buffers for each connection, 16 KiB for reading and 8 KiB for the head of the
//! answer, for as long as it lives, and a server may have ten thousand visitors whose pages
//! wait. Over HTTP/1.1 a connection has one request at a time. So once an answer takes more than a
//! moment, hyper is taken away from its connection, which is parked: what is left is TLS and the
//! answer that is being made. As soon as it is there, hyper begins anew, reads a stand-in for the
//! request, and sends the answer.
//!
//! axum-server accepts connections and hands those that speak HTTP/2 to hyper. One of those has many
//! requests at a time, and is not parked.

mod exchange;
mod line;
mod parked;
mod talk;
#[cfg(test)]
mod tests;

use super::{WatchfulAcceptor, service::CountingService, stream::WatchedStream};
use crate::server::limits::{self, Limits};
use axum::Router;
use axum_server::{accept::Accept, tls_rustls::RustlsAcceptor};
use exchange::Exchanges;
use hyper::server::conn::http1::Builder;
use line::Line;
use std::{future::Future, io, pin::Pin, sync::Arc, time::Duration};
use talk::talk;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::server::TlsStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// All HTTP/1.1 connections of a server. Cheap to clone.
#[derive(Clone)]
pub(in crate::server) struct Http1 {
    builder: Arc<Builder>,
    connections: TaskTracker,
    /// From now on every connection ends with the answer that it is at.
    stopping: CancellationToken,
    /// From now on there are none.
    over: CancellationToken,
}

impl Http1 {
    pub(in crate::server) fn new(limits: &Limits, stopping: CancellationToken) -> Self {
        Self {
            builder: Arc::new(limits::http1(limits)),
            connections: TaskTracker::new(),
            stopping,
            over: CancellationToken::new(),
        }
    }

    /// Waits until all connections have ended, and ends those that have not after so long. To be
    /// called when the server is stopping.
    pub(in crate::server) async fn drain(&self, limit: Duration) {
        self.connections.close();
        // Whether they have ended by then makes no difference to what is left to do.
        let _ = timeout(limit, self.connections.wait()).await;
        self.over.cancel();
    }

    fn take_over(&self, stream: TlsStream<WatchedStream>, service: CountingService) {
        let (http1, line) = (self.clone(), Line::new(stream));
        let exchanges = Exchanges::new(service);
        self.connections.spawn(async move {
            let served = http1.serve(line, &exchanges);
            // Whether the connection ends by itself makes no difference.
            let _ = http1.over.run_until_cancelled(served).await;
        });
    }

    /// Serves one connection until it ends.
    async fn serve<T>(&self, mut line: Line<T>, exchanges: &Exchanges)
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        // In a box, so that a parked connection has no room for what hyper needs.
        while let Some(mut parked) = Box::pin(talk(line, exchanges, self)).await {
            let Some(answer) = parked.answer().await else {
                return;
            };
            line = parked.resume(answer, exchanges, self.stopping.is_cancelled());
        }
    }
}

/// Serves connections that speak HTTP/1.1, and hands on those that speak HTTP/2. It belongs above
/// the acceptor of TLS, which finds out.
#[derive(Clone)]
pub(in crate::server) struct Http1Acceptor {
    tls: RustlsAcceptor<WatchfulAcceptor>,
    http1: Http1,
}

impl Http1Acceptor {
    pub(in crate::server) fn new(tls: RustlsAcceptor<WatchfulAcceptor>, http1: Http1) -> Self {
        Self { tls, http1 }
    }
}

type Accepted = io::Result<(TlsStream<WatchedStream>, CountingService)>;

impl Accept<TcpStream, Router> for Http1Acceptor {
    type Stream = TlsStream<WatchedStream>;
    type Service = CountingService;
    type Future = Pin<Box<dyn Future<Output = Accepted> + Send>>;

    fn accept(&self, stream: TcpStream, app: Router) -> Self::Future {
        let (accepted, http1) = (self.tls.accept(stream, app), self.http1.clone());
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            let (_, tls) = stream.get_ref();
            if tls.alpn_protocol() == Some(b"h2") {
                return Ok((stream, service));
            }
            http1.take_over(stream, service);
            // To axum-server, that is a connection of which nothing came.
            Err(io::ErrorKind::ConnectionAborted.into())
        })
    }
}
