//! The signals that a copy listens to.

use std::future::{Future, pending};
#[cfg(unix)]
use std::io::{self, IsTerminal};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from this moment; the result returns when the copy is told to stop: by Ctrl-C, by
/// SIGTERM from a service manager, or by the end of the terminal that it was started from.
///
/// # Errors
/// When the operating system lets nobody listen.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangups = signal(SignalKind::hangup())?;
    let had_terminal = has_terminal();
    Ok(async move {
        let terminal_gone = async {
            // SIGHUP asks for a new certificate, but it also tells that a terminal is gone. A
            // student whose ssh connection breaks wants the port back.
            while hangups.recv().await.is_some() {
                if had_terminal && !has_terminal() {
                    return;
                }
            }
            pending().await
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = terminal_gone => {}
        }
    })
}

/// A terminal that has gone away is none any more.
#[cfg(unix)]
fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}

/// Where there is only Ctrl-C.
///
/// # Errors
/// Never; the other form has some.
#[cfg(not(unix))]
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    })
}

/// The SIGHUPs that arrive from now on; where there is no such signal, none ever.
#[derive(Debug)]
pub struct Hangups(#[cfg(unix)] io::Result<Signal>);

impl Hangups {
    /// Listens from this moment: an unheard SIGHUP would end the program.
    pub fn listen() -> Self {
        Self(
            #[cfg(unix)]
            signal(SignalKind::hangup()),
        )
    }

    /// Returns at the next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if let Ok(signals) = &mut self.0
            && signals.recv().await.is_some()
        {
            return;
        }
        pending().await
    }
}
