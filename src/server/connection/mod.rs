//! Connections that are closed when nobody uses them.
//!
//! hyper's own timeouts leave several kinds open for ever: over HTTP/2 silence after the handshake, an
//! idle peer that answers pings, and over both a client that asks and then takes nothing. Here a
//! connection counts its requests in flight and stops reading when there has been none for a
//! while. It also ends when an answer waits for its client for too long. A visitor whose page
//! waits, or who reads a stream of events, waits for us, and may do so all the time.

mod http1;
mod places;
mod service;
mod stream;
mod usage;

use super::Limits;
use axum::Router;
use axum_server::accept::Accept;
pub(super) use http1::{Http1, Http1Acceptor};
use places::Places;
use service::CountingService;
use std::{
    future::{Ready, ready},
    io,
};
use stream::WatchedStream;
use tokio::net::TcpStream;
use usage::Usage;

/// Accepts TCP connections, as long as there are places, and watches over them. It belongs below
/// the acceptor of TLS, so that those who never shake hands take a place as well.
#[derive(Clone)]
pub(super) struct WatchfulAcceptor {
    places: Places,
    limits: Limits,
}

impl WatchfulAcceptor {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            places: Places::new(limits.connections),
            limits: limits.clone(),
        }
    }

    fn watch(
        &self,
        stream: TcpStream,
        app: Router,
    ) -> io::Result<(WatchedStream, CountingService)> {
        let place = self.places.take().ok_or(io::ErrorKind::QuotaExceeded)?;
        // Small answers go out at once and not after Nagle's wait.
        stream.set_nodelay(true)?;
        let usage = Usage::default();
        let service = CountingService::new(app, usage.clone());
        Ok((
            WatchedStream::new(stream, usage, &self.limits, place),
            service,
        ))
    }
}

impl Accept<TcpStream, Router> for WatchfulAcceptor {
    type Stream = WatchedStream;
    type Service = CountingService;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, app: Router) -> Self::Future {
        ready(self.watch(stream, app))
    }
}
