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

/// The SIGHUPs that arrive from now on; where there is no such signal, none ever.
pub(super) struct Hangups(#[cfg(unix)] std::io::Result<tokio::signal::unix::Signal>);

impl Hangups {
    /// Listens from this moment: an unheard SIGHUP would end the program.
    pub(super) fn listen() -> Self {
        Self(
            #[cfg(unix)]
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()),
        )
    }

    /// Returns at the next one.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Ok(signals) = &mut self.0
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
