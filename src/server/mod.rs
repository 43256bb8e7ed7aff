//! Running: from listening sockets to an orderly end.

mod connection;
mod limits;
mod open_files;
mod reload;
mod signals;

pub use limits::Limits;
pub use reload::reload_when_changed;
pub use signals::{Hangups, stop_signal};

use axum::Router;
use axum_server::{
    Handle,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use connection::{Http1, Http1Acceptor, WatchfulAcceptor};
use std::{io, net::TcpListener};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Serves `app` on all of `listeners` until `stopping` is cancelled and everybody has been
/// answered, or `limits.drain` is over.
///
/// # Errors
/// A listener that cannot be used.
pub async fn serve(
    listeners: Vec<TcpListener>,
    tls: RustlsConfig,
    app: Router,
    limits: Limits,
    stopping: CancellationToken,
) -> io::Result<()> {
    let handle = Handle::new();
    let watchful = WatchfulAcceptor::new(&limits);
    let http1 = Http1::new(&limits, stopping.clone());
    let mut servers = JoinSet::new();
    for listener in listeners {
        listener.set_nonblocking(true)?;
        let tls = RustlsAcceptor::new(tls.clone())
            .handshake_timeout(limits.handshake)
            .acceptor(watchful.clone());
        let mut server = axum_server::from_tcp(listener)?
            .acceptor(Http1Acceptor::new(tls, http1.clone()))
            .handle(handle.clone())
            .http2_only();
        limits::set_http2(server.http_builder());
        servers.spawn(server.serve(app.clone().into_make_service()));
    }
    servers.spawn(async move {
        stopping.cancelled().await;
        handle.graceful_shutdown(Some(limits.drain));
        http1.drain(limits.drain).await;
        Ok(())
    });
    while let Some(ended) = servers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(())
}
