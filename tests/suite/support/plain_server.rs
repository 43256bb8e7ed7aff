//! Any routes over TLS on a port of their own: pages of somebody else, or of plain crates.

use super::{PlainClient, choose_tls_provider};
use axum::Router;
use rcgen::{CertificateParams, KeyPair};
use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
};
use sweatbox::{
    config::{CertificateFiles, Options},
    server::{self, Limits},
    tls,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A server that runs as long as its test.
pub struct PlainServer {
    pub port: u16,
    folder: TempDir,
}

impl PlainServer {
    /// Serves `routes` on a free port.
    pub fn start(routes: Router) -> Self {
        Self::with_limits(routes, Limits::default())
    }

    /// The same under `limits`.
    pub fn with_limits(routes: Router, limits: Limits) -> Self {
        Self::serve(routes, tempfile::tempdir().unwrap(), limits)
    }

    /// The same with a self-signed certificate of this kind.
    pub fn with_certificate(routes: Router, params: CertificateParams) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = certificate_files_in(&folder);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::create_dir(folder.path().join("certs")).unwrap();
        fs::write(&files.cert, certificate.pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        fs::set_permissions(&files.key, Permissions::from_mode(0o600)).unwrap();
        Self::serve(routes, folder, Limits::default())
    }

    fn serve(routes: Router, folder: TempDir, limits: Limits) -> Self {
        choose_tls_provider();
        let files = certificate_files_in(&folder);
        let tls = tls::rustls_config(&files.load_or_make().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stopping = CancellationToken::new();
        tokio::spawn(server::serve(vec![listener], tls, routes, limits, stopping));
        Self { port, folder }
    }

    /// A bare TLS connection to it.
    pub async fn connect(&self, protocol: &str) -> PlainClient {
        let certificate = fs::read(certificate_files_in(&self.folder).cert).unwrap();
        PlainClient::connect(self.port, &certificate, protocol).await
    }
}

/// A pair that is made below `folder`: given paths are never made, so the default ones move.
pub fn certificate_files_in(folder: &TempDir) -> CertificateFiles {
    let mut files = CertificateFiles::locate(&Options::default()).unwrap();
    files.cert = folder.path().join("certs/selfsigned.crt");
    files.key = folder.path().join("certs/selfsigned.key");
    files
}
