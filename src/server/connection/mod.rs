//! Connections that are closed when nobody uses them.
//!
//! hyper's own timeouts leave several kinds open for ever: silence after the TLS handshake, an
//! idle HTTP/2 peer that answers pings, and a client that asks and then takes nothing. Here a
//! connection counts its requests in flight and stops reading when there has been none for a
//! while. It also ends when an answer waits for its client for too long. A visitor whose page
//! waits, or who reads a stream of events, waits for us, and may do so all the time.

mod places;
mod service;
mod stream;
mod usage;

use super::Limits;
use axum_server::accept::Accept;
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

    fn watch<S>(
        &self,
        stream: TcpStream,
        service: S,
    ) -> io::Result<(WatchedStream, CountingService<S>)> {
        let place = self.places.take().ok_or(io::ErrorKind::QuotaExceeded)?;
        // Small answers go out at once and not after Nagle's wait.
        stream.set_nodelay(true)?;
        let usage = Usage::default();
        let service = CountingService::new(service, usage.clone());
        Ok((
            WatchedStream::new(stream, usage, &self.limits, place),
            service,
        ))
    }
}

impl<S> Accept<TcpStream, S> for WatchfulAcceptor {
    type Stream = WatchedStream;
    type Service = CountingService<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.watch(stream, service))
    }
}
