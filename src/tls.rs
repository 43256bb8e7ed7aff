//! TLS: rustls as axum-server wants it, and a certificate that can be exchanged while running.
//!
//! What is offered lies within Mozilla's "intermediate" profile: TLS 1.2 and 1.3, forward secrecy
//! and authenticated encryption in every suite. rustls knows no older version, no compression
//! and no renegotiation, so there is nothing to switch off.

use crate::config::Certificate;
use axum_server::tls_rustls::RustlsConfig;
use rustls::{ServerConfig, crypto::ring, server::NoServerSessionStorage, sign::SingleCertAndKey};
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
    // A connection goes on where an earlier one ended by a ticket that the client keeps, so that
    // nothing is kept here. Its key is never written down, is exchanged every six hours, and is
    // another one after an exchange of the certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    // Without random bytes there are no tickets, and everybody shakes hands anew.
    if let Ok(ticketer) = ring::Ticketer::new() {
        config.ticketer = ticketer;
    }
    Arc::new(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{CertificateFiles, Options};
    use rustls::CipherSuite;

    fn config() -> Arc<ServerConfig> {
        let folder = tempfile::tempdir().unwrap();
        let mut files = CertificateFiles::locate(&Options::default()).unwrap();
        files.cert = folder.path().join("c.crt");
        files.key = folder.path().join("c.key");
        server_config(&files.load_or_make().unwrap())
    }

    /// The suites of the profile, version 5.7; it has two more with `DHE`, which rustls does not.
    const INTERMEDIATE: [CipherSuite; 9] = [
        CipherSuite::TLS13_AES_128_GCM_SHA256,
        CipherSuite::TLS13_AES_256_GCM_SHA384,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    #[test]
    fn every_suite_that_is_offered_is_in_the_intermediate_profile() {
        let config = config();
        let suites = &config.crypto_provider().cipher_suites;
        assert_eq!(suites.len(), INTERMEDIATE.len());
        for suite in suites {
            assert!(INTERMEDIATE.contains(&suite.suite()), "{suite:?}");
        }
    }

    #[test]
    fn a_ticket_is_good_for_twelve_hours_and_for_one_certificate_s_time() {
        let (one, two) = (config().ticketer.clone(), config().ticketer.clone());
        // Twice the time for which a key makes tickets.
        assert_eq!(one.lifetime(), 12 * 60 * 60);
        let ticket = one.encrypt(b"who it was").unwrap();
        assert_eq!(one.decrypt(&ticket).unwrap(), b"who it was");
        assert_eq!(two.decrypt(&ticket), None);
        assert!(!config().session_storage.can_cache());
    }
}
