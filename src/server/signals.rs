//! The signals that a copy listens to.

/// Returns when the copy is told to stop: by Ctrl-C, or by SIGTERM from a service manager.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = next(tokio::signal::unix::SignalKind::terminate());
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(unix)]
async fn next(kind: tokio::signal::unix::SignalKind) {
    match tokio::signal::unix::signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            tracing::error!(%error, "cannot listen to signals");
            std::future::pending::<()>().await;
        }
    }
}

/// Returns at the next SIGHUP; where there is none, never.
pub(super) async fn reload_signal() {
    #[cfg(unix)]
    next(tokio::signal::unix::SignalKind::hangup()).await;
    #[cfg(not(unix))]
    std::future::pending::<()>().await;
}
