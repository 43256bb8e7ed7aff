//! A network between the copy and its database that can swallow everything.

use std::sync::Arc;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// Forwards connections to a port; those open when it is cut stay open and silent for ever.
pub struct Proxy {
    pub port: u16,
    cut: Arc<watch::Sender<bool>>,
}

impl Proxy {
    /// Forwards to `target` on loopback.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(watch::Sender::new(false));
        let state = cut.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (from_client, to_client) = client.into_split();
                let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, state.subscribe()));
                tokio::spawn(forward(from_server, to_client, state.subscribe()));
            }
        });
        Self { port, cut }
    }

    /// From now on nothing passes, on old connections and on new ones.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// New connections pass again; the old ones stay silent.
    pub fn mend(&self) {
        self.cut.send_replace(false);
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut cut: watch::Receiver<bool>) {
    let mut buffer = [0; 16384];
    loop {
        tokio::select! {
            biased;
            // Once cut, this connection holds its ends and moves nothing any more.
            () = until_cut(&mut cut) => return std::future::pending().await,
            read = from.read(&mut buffer) => match read {
                Ok(count) if count > 0 && to.write_all(&buffer[..count]).await.is_ok() => {}
                _ => return,
            },
        }
    }
}

async fn until_cut(cut: &mut watch::Receiver<bool>) {
    // An error says that the proxy is gone, and with it the test.
    let _ = cut.wait_for(|cut| *cut).await;
}
