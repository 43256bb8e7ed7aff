//! A network between the copy and its database that delays, breaks off and swallows.

use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::sleep,
};

/// Forwards connections to a port of loopback, as long as the weather allows.
pub struct Proxy {
    pub port: u16,
    weather: Arc<watch::Sender<Weather>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Weather {
    /// Nothing passes; connections that were open when it began stay silent for ever.
    silent: bool,
    /// How long everything takes.
    delay: Duration,
    /// How often all connections were broken off, and how often half of each.
    broken: u32,
    half_closed: u32,
    /// What is to be held back next, on its way to the server.
    wanted: Option<fn(&[u8]) -> bool>,
    /// Whether what was held back may go on.
    let_out: bool,
}

impl Proxy {
    /// Forwards to `target` on loopback.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let weather = Arc::new(watch::Sender::new(Weather::default()));
        let now = weather.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (from_client, to_client) = client.into_split();
                let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, now.clone(), false));
                tokio::spawn(forward(from_server, to_client, now.clone(), true));
            }
        });
        Self { port, weather }
    }

    /// From now on nothing passes, on old connections and on new ones.
    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.silent = true);
    }

    /// New connections pass again; the old ones stay silent.
    pub fn mend(&self) {
        self.weather.send_modify(|weather| weather.silent = false);
    }

    /// From now on everything takes so long, each way.
    pub fn delay(&self, delay: Duration) {
        self.weather.send_modify(|weather| weather.delay = delay);
    }

    /// Ends every connection that is open now.
    pub fn break_off(&self) {
        self.weather.send_modify(|weather| weather.broken += 1);
    }

    /// On every connection that is open now the server falls silent and says so; it still hears.
    pub fn half_close(&self) {
        self.weather.send_modify(|weather| weather.half_closed += 1);
    }

    /// Holds back the next piece on its way to the server that `is_wanted`, and whatever follows
    /// on its connection, even if its sender gives up. Everything else passes.
    pub fn hold_back(&self, is_wanted: fn(&[u8]) -> bool) {
        self.weather.send_modify(|weather| {
            weather.wanted = Some(is_wanted);
            weather.let_out = false;
        });
    }

    /// Delivers what was held back.
    pub fn let_out(&self) {
        self.weather.send_modify(|weather| weather.let_out = true);
    }

    /// Whether something is held back, or was.
    pub fn holds_something(&self) -> bool {
        self.weather.borrow().wanted.is_none()
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    sender: Arc<watch::Sender<Weather>>,
    from_server: bool,
) {
    let mut weather = sender.subscribe();
    let begun = *weather.borrow_and_update();
    let changed = |now: &Weather| {
        now.silent
            || now.broken != begun.broken
            || (from_server && now.half_closed != begun.half_closed)
    };
    let (mut buffer, sky) = ([0; 16384], weather.clone());
    loop {
        tokio::select! {
            biased;
            now = until(&mut weather, changed) => {
                // An error says that the proxy is gone, and with it the test.
                let Some(now) = now else { return };
                if now.broken != begun.broken {
                    return;
                }
                if !now.silent && to.shutdown().await.is_err() {
                    return;
                }
                // Holds its ends and moves nothing any more, until it is broken off.
                until(&mut sky.clone(), |now| now.broken != begun.broken).await;
                return;
            }
            read = from.read(&mut buffer) => match read {
                Ok(count) if count > 0 => {
                    let delay = sky.borrow().delay;
                    sleep(delay).await;
                    if !from_server && is_wanted(&sender, &buffer[..count]) {
                        until(&mut sky.clone(), |now| now.let_out).await;
                    }
                    if to.write_all(&buffer[..count]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// Whether this is what is to be held back; of several such pieces the first one.
fn is_wanted(weather: &watch::Sender<Weather>, piece: &[u8]) -> bool {
    weather.send_if_modified(|weather| {
        let wanted = weather.wanted.take_if(|is_wanted| is_wanted(piece));
        wanted.is_some()
    })
}

/// The weather when `condition` holds; `None` when the proxy is gone.
async fn until(
    weather: &mut watch::Receiver<Weather>,
    condition: impl FnMut(&Weather) -> bool,
) -> Option<Weather> {
    weather.wait_for(condition).await.ok().map(|now| *now)
}
