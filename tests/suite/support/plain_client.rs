//! A TLS connection without an HTTP client: for clients that misbehave.

use super::choose_tls_provider;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{interval, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// One open connection.
pub struct PlainClient(TlsStream<TcpStream>);

impl PlainClient {
    /// Connects, trusting the copy's own certificate, and offers `protocol` (`http/1.1`, `h2`).
    pub async fn connect(port: u16, certificate: &[u8], protocol: &str) -> Self {
        Self::try_connect(port, certificate, protocol)
            .await
            .unwrap()
    }

    /// The same; `None` when the handshake fails, as with another certificate.
    pub async fn try_connect(port: u16, certificate: &[u8], protocol: &str) -> Option<Self> {
        choose_tls_provider();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(certificate).unwrap())
            .unwrap();
        let mut config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.ok().map(Self)
    }

    /// The certificate that the server showed, in DER form.
    pub fn server_certificate(&self) -> Vec<u8> {
        let (_, connection) = self.0.get_ref();
        connection.peer_certificates().unwrap()[0].to_vec()
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The same; `false` when the server has closed the connection.
    pub async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).await.is_ok() && self.0.flush().await.is_ok()
    }

    /// Reads until the server closes the connection, at most for `limit`; `None` if it stays.
    pub async fn read_to_end(&mut self, limit: Duration) -> Option<String> {
        let bytes = self.read_bytes_to_end(limit).await?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The same for what is no text.
    pub async fn read_bytes_to_end(&mut self, limit: Duration) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        // A server that closes without TLS's own farewell is one that closes.
        let _ = timeout(limit, self.0.read_to_end(&mut bytes)).await.ok()?;
        Some(bytes)
    }

    /// Reads whatever comes, and sends `bytes` ten times a second, until the server closes the
    /// connection; `false` when it is still open after `limit`.
    pub async fn is_closed_although_it_sends(&mut self, bytes: &[u8], limit: Duration) -> bool {
        let mut pace = interval(Duration::from_millis(100));
        let mut buffer = vec![0; 16384];
        let closed = async {
            loop {
                tokio::select! {
                    read = self.0.read(&mut buffer) => if !matches!(read, Ok(1..)) {
                        return;
                    },
                    _ = pace.tick() => if !self.try_send(bytes).await {
                        return;
                    },
                }
            }
        };
        timeout(limit, closed).await.is_ok()
    }

    /// Reads what comes next.
    pub async fn read_some(&mut self) -> String {
        let mut buffer = [0; 16384];
        let count = self.0.read(&mut buffer).await.unwrap();
        String::from_utf8_lossy(&buffer[..count]).into_owned()
    }
}
