//! Connections that are closed when nobody uses them.
//!
//! hyper's own timeouts leave two kinds open for ever: silence after the TLS handshake, and an
//! idle HTTP/2 peer that answers pings. Here a connection counts its requests in flight and
//! stops reading when there has been none for a while. A visitor who waits, or reads a stream
//! of events, is in flight all the time.

mod service;
mod stream;
mod usage;

use super::Limits;
use axum_server::{
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use service::CountingService;
use std::{future::Future, io, pin::Pin, time::Duration};
use stream::WatchedStream;
use tokio::net::TcpStream;
use usage::Usage;

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
            let service = CountingService::new(service, usage.clone());
            Ok((WatchedStream::new(stream, usage, idle), service))
        })
    }
}
