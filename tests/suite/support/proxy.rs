//! A network between the copy and its database that delays, breaks off, swallows and leads to
//! another server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
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
    /// Where new connections lead.
    target: u16,
    /// After the answer to which words everybody is led elsewhere, and where.
    handover: Option<(&'static str, u16)>,
}

/// What the two directions of a connection share.
struct Road {
    weather: Arc<watch::Sender<Weather>>,
    /// Whether the words were sent whose answer is the last one.
    asked: AtomicBool,
}

impl Proxy {
    /// Forwards to `target` on loopback.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let weather = Arc::new(watch::Sender::new(Weather {
            target,
            ..Weather::default()
        }));
        let now = weather.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (from_client, to_client) = client.into_split();
                let target = now.borrow().target;
                let server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let (from_server, to_server) = server.into_split();
                let road = Arc::new(Road {
                    weather: now.clone(),
                    asked: AtomicBool::new(false),
                });
                tokio::spawn(forward(from_client, to_server, road.clone(), false));
                tokio::spawn(forward(from_server, to_client, road, true));
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

    /// Once the server has answered what contains `words`, every connection ends, and new ones
    /// lead to `target`.
    #[cfg(feature = "redis")]
    pub fn lead_elsewhere_after(&self, words: &'static str, target: u16) {
        let handover = Some((words, target));
        self.weather
            .send_modify(|weather| weather.handover = handover);
    }
}

impl Road {
    /// Passes on what was read; whether somebody takes it.
    async fn pass(&self, bytes: &[u8], to: &mut OwnedWriteHalf, from_server: bool) -> bool {
        let now = *self.weather.borrow();
        sleep(now.delay).await;
        if !from_server && self.is_wanted(bytes) {
            until(&mut self.weather.subscribe(), |now| now.let_out).await;
        }
        if let Some((words, _)) = now.handover.filter(|_| !from_server) {
            let mut parts = bytes.windows(words.len());
            if parts.any(|part| part == words.as_bytes()) {
                self.asked.store(true, Ordering::Relaxed);
            }
        }
        let taken = to.write_all(bytes).await.is_ok();
        if from_server && self.asked.swap(false, Ordering::Relaxed) {
            self.hand_over();
        }
        taken
    }

    /// Whether this is what is to be held back; of several such pieces the first one.
    fn is_wanted(&self, piece: &[u8]) -> bool {
        self.weather.send_if_modified(|weather| {
            let wanted = weather.wanted.take_if(|is_wanted| is_wanted(piece));
            wanted.is_some()
        })
    }

    fn hand_over(&self) {
        self.weather.send_modify(|weather| {
            if let Some((_, target)) = weather.handover.take() {
                weather.target = target;
                weather.broken += 1;
            }
        });
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    road: Arc<Road>,
    from_server: bool,
) {
    let mut weather = road.weather.subscribe();
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
                    if !road.pass(&buffer[..count], &mut to, from_server).await {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// The weather when `condition` holds; `None` when the proxy is gone.
async fn until(
    weather: &mut watch::Receiver<Weather>,
    condition: impl FnMut(&Weather) -> bool,
) -> Option<Weather> {
    weather.wait_for(condition).await.ok().map(|now| *now)
}
