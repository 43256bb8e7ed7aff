//! A new certificate without a restart: on SIGHUP, or when one of the files changes.

use super::signals::Hangups;
use crate::{config::CertificateFiles, tls};
use axum_server::tls_rustls::RustlsConfig;
use std::{
    fs,
    future::Future,
    path::Path,
    time::{Duration, SystemTime},
};
use time::OffsetDateTime;
use tokio::time::sleep;

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// Watches `files` for ever, beginning at once; the rest is to be spawned. A pair
/// that cannot be used is reported and the old one kept, so that a half-copied file takes
/// nobody's page away.
pub fn reload_when_changed(
    files: CertificateFiles,
    config: RustlsConfig,
) -> impl Future<Output = ()> + Send {
    let hangups = Hangups::listen();
    let seen = stamps(&files);
    watch(files, config, hangups, seen)
}

async fn watch(
    files: CertificateFiles,
    config: RustlsConfig,
    mut hangups: Hangups,
    mut seen: (Stamp, Stamp),
) {
    loop {
        let signalled = tokio::select! {
            () = hangups.next() => true,
            () = sleep(INTERVAL) => false,
        };
        let now = stamps(&files);
        if !signalled && now == seen {
            continue;
        }
        seen = now;
        match files.load() {
            Ok(Some(certificate)) => {
                tls::exchange(&config, &certificate);
                if let Some(warning) = certificate.date_warning(OffsetDateTime::now_utc()) {
                    tracing::warn!("{warning}; browsers will complain");
                }
                tracing::info!(valid_until = %certificate.not_after.date(), "certificate reloaded");
            }
            Ok(None) => tracing::error!("certificate and key are gone; the old pair is kept"),
            Err(refusal) => {
                let (problem, mend) = (&refusal.problem, &refusal.mend);
                tracing::error!(%problem, %mend, "new certificate refused; the old one is kept");
            }
        }
    }
}

/// What changes when a file does: when it was written, its size, and on Unix when its mode was
/// changed, since a file that could not be read may be readable now.
type Stamp = Option<(SystemTime, u64, i64)>;

fn stamps(files: &CertificateFiles) -> (Stamp, Stamp) {
    (stamp(&files.cert), stamp(&files.key))
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let changed = std::os::unix::fs::MetadataExt::ctime(&metadata);
    #[cfg(not(unix))]
    let changed = 0;
    Some((metadata.modified().ok()?, metadata.len(), changed))
}
