//! The certificate that a copy shows, whoever has signed it.

use super::{PATIENCE, cause, verdict::Fault};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{io, net::IpAddr, sync::Arc};
use time::OffsetDateTime;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use x509_cert::{
    TbsCertificate,
    der::Decode,
    ext::pkix::{SubjectAltName, name::GeneralName},
    time::Time,
};

/// What stands in a certificate, as far as browsers look at it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// Valid from.
    pub(super) not_before: OffsetDateTime,
    /// Valid until.
    pub(super) not_after: OffsetDateTime,
    /// The host names and addresses that it is for; none if it only has a common name, which
    /// browsers do not read.
    pub(super) names: Vec<String>,
}

/// Begins a connection of TLS 1.2 or 1.3 and ends it once the certificate is there.
pub(super) async fn certificate(host: &str, port: u16) -> Result<Certificate, Fault> {
    let asked = format!("a TLS connection to {host}, port {port}");
    let fault = |came: String| {
        let expected = "TLS 1.2 or 1.3, and a certificate";
        Fault::new(&asked, came, expected)
    };
    let shaken = timeout(PATIENCE, shake_hands(host, port)).await;
    let shaken = shaken.map_err(|_| fault("no end of the handshake".into()))?;
    let shown = shaken.map_err(|error| fault(cause::of_connection(&error)))?;
    let certificate = shown.as_deref().and_then(Certificate::from_der);
    certificate.ok_or_else(|| fault("no certificate that can be read".into()))
}

async fn shake_hands(host: &str, port: u16) -> io::Result<Option<Vec<u8>>> {
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = TcpStream::connect((host, port)).await?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let (_, connection) = stream.get_ref();
    let chain = connection.peer_certificates().unwrap_or_default();
    Ok(chain.first().map(|own| own.to_vec()))
}

/// Takes whatever is shown: the question is what it is, and nothing is sent over the connection.
#[derive(Debug)]
struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

impl Certificate {
    fn from_der(der: &[u8]) -> Option<Self> {
        let signed = x509_cert::Certificate::from_der(der).ok()?;
        let parsed = signed.tbs_certificate;
        let moment = |time: Time| OffsetDateTime::UNIX_EPOCH + time.to_unix_duration();
        Some(Self {
            not_before: moment(parsed.validity.not_before),
            not_after: moment(parsed.validity.not_after),
            names: names(&parsed),
        })
    }

    /// Whether it is for `host`; `*.school.edu` is for `class.school.edu`.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        let domain = host.split_once('.').map(|(_, domain)| domain);
        self.names.iter().any(|name| {
            let wild = name.strip_prefix("*.");
            *name == host || (wild.is_some() && wild == domain)
        })
    }
}

fn names(parsed: &TbsCertificate) -> Vec<String> {
    let Ok(Some((_critical, SubjectAltName(names)))) = parsed.get() else {
        return Vec::new();
    };
    names.iter().filter_map(name).collect()
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_lowercase()),
        GeneralName::IpAddress(bytes) => {
            address(bytes.as_bytes()).map(|address| address.to_string())
        }
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate_for(names: &[&str]) -> Certificate {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 2, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap()
    }

    #[test]
    fn names_addresses_and_dates_are_read() {
        let read = certificate_for(&["Class.school.edu", "127.0.0.1", "::1"]);
        assert_eq!(read.names, ["class.school.edu", "127.0.0.1", "::1"]);
        assert_eq!(read.not_before, rcgen::date_time_ymd(2020, 1, 1));
        assert_eq!(read.not_after, rcgen::date_time_ymd(2020, 2, 1));
        assert!(certificate_for(&[]).names.is_empty());
        assert_eq!(Certificate::from_der(b"nonsense"), None);
    }

    #[test]
    fn a_certificate_is_for_its_names_and_one_level_below_a_star() {
        let read = certificate_for(&["class.school.edu", "*.lab.edu", "127.0.0.1"]);
        for host in [
            "class.school.edu",
            "CLASS.school.edu",
            "a.lab.edu",
            "127.0.0.1",
        ] {
            assert!(read.is_for(host), "{host}");
        }
        for host in ["school.edu", "lab.edu", "a.b.lab.edu", "localhost", ""] {
            assert!(!read.is_for(host), "{host}");
        }
    }
}
