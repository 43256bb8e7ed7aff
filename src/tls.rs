//! TLS: rustls as axum-server wants it, and a certificate that can be exchanged while running.

use crate::config::Certificate;
use axum_server::tls_rustls::RustlsConfig;
use rustls::{ServerConfig, crypto::ring, sign::SingleCertAndKey};
use std::sync::Arc;

/// TLS 1.2 and 1.3 with HTTP/2 and HTTP/1.1, serving with `certificate`.
pub fn rustls_config(certificate: &Certificate) -> RustlsConfig {
    RustlsConfig::from_config(server_config(certificate))
}

/// Serves new connections with `certificate`; those that are open keep theirs.
pub fn exchange(config: &RustlsConfig, certificate: &Certificate) {
    config.reload_from_config(server_config(certificate));
}

fn server_config(certificate: &Certificate) -> Arc<ServerConfig> {
    // The provider is named here and not left to a default: with two providers linked, rustls
    // would panic on the first connection.
    let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(
            certificate.certified.clone(),
        )));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}
