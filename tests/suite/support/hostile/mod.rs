//! Copies that mean no good, or are badly broken: what a grader may meet at a port.
//!
//! No HTTP library serves them: most of what they send is what one would not let them send.

mod answers;

use super::choose_tls_provider;
use rcgen::{CertificateParams, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What a copy does to whoever asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    BodyByteByByte,
    ClosesAfterHandshake,
    EndlessBody,
    Fails,
    HeaderByteByByte,
    /// But to `/healthz`, where it answers well.
    HugeHeader,
    InjectsByCookie,
    InjectsByHeader,
    InjectsByLocation,
    InjectsByText,
    NeverAnswers,
    NeverAnswersOverHttp2,
    /// Few bytes that say they are many.
    Packed,
    /// To another host, at this port.
    RedirectsTo(u16),
    RedirectsToItself,
    SendsNoise,
    SpeaksPlainHttp,
}

/// One such copy, as long as its test runs.
pub struct Hostile {
    pub port: u16,
    serving: JoinHandle<()>,
}

type Stream = TlsStream<TcpStream>;

const CHUNK: [u8; 16 * 1024] = [b'x'; 16 * 1024];
/// A frame of HTTP/2: settings, none of them set.
const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];

impl Hostile {
    /// Serves one on a free port.
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(tls(manner));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // An error says that the visitor has had enough.
                tokio::spawn(async move { manner.receive(stream, &acceptor).await });
            }
        });
        Self { port, serving }
    }

    /// Serves two, as one student has them.
    pub async fn start_pair(manner: Manner) -> [Self; 2] {
        [Self::start(manner).await, Self::start(manner).await]
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn tls(manner: Manner) -> Arc<ServerConfig> {
    choose_tls_provider();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let protocol: &[u8] = match manner {
        Manner::NeverAnswersOverHttp2 => b"h2",
        _ => b"http/1.1",
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Arc::new(config)
}

impl Manner {
    async fn receive(self, mut stream: TcpStream, acceptor: &TlsAcceptor) -> io::Result<()> {
        match self {
            Self::SpeaksPlainHttp => {
                let refusal = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
                instead_of_tls(&mut stream, refusal).await
            }
            Self::SendsNoise => instead_of_tls(&mut stream, &[0x93; 4096]).await,
            Self::ClosesAfterHandshake => acceptor.accept(stream).await.map(drop),
            Self::NeverAnswersOverHttp2 => {
                let mut stream = acceptor.accept(stream).await?;
                stream.write_all(&SETTINGS).await?;
                ignore(&mut stream).await
            }
            _ => {
                let mut stream = acceptor.accept(stream).await?;
                let head = read_head(&mut stream).await?;
                self.answer(&mut stream, &head).await?;
                stream.shutdown().await
            }
        }
    }

    async fn answer(self, stream: &mut Stream, head: &str) -> io::Result<()> {
        match self {
            Self::NeverAnswers => ignore(stream).await,
            Self::HeaderByteByByte => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nx-slow: ").await?;
                drip(stream).await
            }
            Self::BodyByteByByte => {
                let start = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
                stream.write_all(start).await?;
                drip(stream).await
            }
            Self::EndlessBody => {
                let start = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n";
                stream.write_all(start).await?;
                loop {
                    stream.write_all(&CHUNK).await?;
                }
            }
            Self::HugeHeader if !head.starts_with("GET /healthz ") => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nx-huge: ").await?;
                for _ in 0..640 {
                    stream.write_all(&CHUNK).await?;
                }
                stream.write_all(b"\r\n\r\n").await
            }
            _ => stream.write_all(&answers::whole(self)).await,
        }
    }
}

/// Waits until a client begins, says something, and stays until the client is gone: closed
/// earlier, the connection might take what was said with it.
async fn instead_of_tls(stream: &mut TcpStream, says: &[u8]) -> io::Result<()> {
    stream.read_u8().await?;
    stream.write_all(says).await?;
    copy(stream, &mut sink()).await.map(drop)
}

/// Listens, and says nothing.
async fn ignore(stream: &mut Stream) -> io::Result<()> {
    copy(stream, &mut sink()).await.map(drop)
}

/// One byte a second, for ever.
async fn drip(stream: &mut Stream) -> io::Result<()> {
    loop {
        stream.write_all(b"x").await?;
        stream.flush().await?;
        sleep(Duration::from_secs(1)).await;
    }
}

async fn read_head(stream: &mut Stream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
