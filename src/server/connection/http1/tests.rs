//! hyper comes and goes, and the client notices nothing.

use super::{super::usage::Usage, *};
use axum::{
    Extension,
    routing::{get, post},
};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::Semaphore,
    time::sleep,
};

/// By then whoever waits is parked.
const PARKED: Duration = Duration::from_secs(5);
const SLOW: &[u8] = b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n";
const QUICK: &[u8] = b"GET /quick HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LONG: &[u8] = b"GET /long HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// A server with one connection, whose slow answers wait for a permit.
struct Served {
    client: DuplexStream,
    permits: Arc<Semaphore>,
    at_work: Arc<AtomicUsize>,
    http1: Http1,
    exchanges: Arc<Exchanges>,
    server: Option<DuplexStream>,
}

struct AtWork(Arc<AtomicUsize>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Served {
    fn new() -> Self {
        let (permits, at_work) = (Arc::new(Semaphore::new(0)), Arc::default());
        let app = app(&permits, &at_work);
        // Little more than nothing is under way: what nobody reads cannot be sent.
        let (client, server) = duplex(256);
        Self {
            client,
            permits,
            at_work,
            http1: Http1::new(&Limits::default(), CancellationToken::new()),
            exchanges: Arc::new(Exchanges::new(CountingService::new(app, Usage::default()))),
            server: Some(server),
        }
    }

    /// Serves until the connection ends or is parked, at most for this long; `None` in this case.
    async fn talk_until_parked(&mut self) -> Option<Option<parked::Parked<DuplexStream>>> {
        let line = Line::new(self.server.take().unwrap());
        timeout(PARKED, talk(line, &self.exchanges, &self.http1))
            .await
            .ok()
    }

    /// Serves to the end.
    fn serve(&mut self) {
        let line = Line::new(self.server.take().unwrap());
        let (http1, exchanges) = (self.http1.clone(), self.exchanges.clone());
        tokio::spawn(async move { http1.serve(line, &exchanges).await });
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.client.write_all(bytes).await.unwrap();
    }

    /// Reads up to the end of the body, which ends as no header does.
    async fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        while !answer.ends_with(b"!") {
            answer.push(self.client.read_u8().await.unwrap());
        }
        String::from_utf8(answer).unwrap()
    }

    async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let closed = timeout(PARKED, self.client.read_to_end(&mut rest)).await;
        closed.is_ok() && rest.is_empty()
    }
}

fn app(permits: &Arc<Semaphore>, at_work: &Arc<AtomicUsize>) -> Router {
    let slow = async |permits: Extension<Arc<Semaphore>>,
                      Extension(at_work): Extension<Arc<AtomicUsize>>| {
        at_work.fetch_add(1, Ordering::SeqCst);
        let _at_work = AtWork(at_work);
        permits.acquire().await.unwrap().forget();
        "slow!"
    };
    Router::new()
        .route("/slow", get(slow))
        .route("/slow-change", post(slow))
        .route("/quick", get(async || "quick!"))
        .route("/long", get(async || "long".repeat(1000) + "!"))
        .layer(Extension(permits.clone()))
        .layer(Extension(at_work.clone()))
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_moment_is_parked_and_gets_the_answer_on_the_same_connection() {
    let mut served = Served::new();
    served.send(SLOW).await;
    let parked = served.talk_until_parked().await;
    let mut parked = parked.expect("parked").expect("open");
    served.permits.add_permits(1);
    let answer = parked.answer().await.unwrap();
    let line = parked.resume(answer, &served.exchanges, false);
    let (exchanges, http1) = (served.exchanges.clone(), served.http1.clone());
    tokio::spawn(async move { talk(line, &exchanges, &http1).await });
    let answer = served.answer().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nslow!"), "{answer}");
    served.send(QUICK).await;
    assert!(served.answer().await.ends_with("\r\n\r\nquick!"));
}

#[tokio::test(start_paused = true)]
async fn who_waits_again_and_again_is_parked_again() {
    let mut served = Served::new();
    served.serve();
    for _ in 0..3 {
        served.send(SLOW).await;
        sleep(PARKED).await;
        served.permits.add_permits(1);
        assert!(served.answer().await.ends_with("\r\n\r\nslow!"));
        // The pace of a visitor, in virtual time like all of it.
        sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(served.at_work.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_before_and_while_parked_is_answered_in_order() {
    let mut served = Served::new();
    served.serve();
    served.send(&[SLOW, QUICK, SLOW].concat()).await;
    sleep(PARKED).await;
    // More than is looked at in one go, and more than fits under way.
    let late = [QUICK.repeat(3), SLOW.to_vec(), LONG.to_vec()].concat();
    let (mut reading, mut writing) = tokio::io::split(served.client);
    tokio::spawn(async move {
        writing.write_all(&late).await.unwrap();
        std::future::pending::<()>().await;
    });
    let permits = served.permits.clone();
    tokio::spawn(async move {
        for _ in 0..3 {
            sleep(PARKED).await;
            permits.add_permits(1);
        }
    });
    let mut bodies = Vec::new();
    let mut text = Vec::new();
    while bodies.len() < 8 {
        text.push(reading.read_u8().await.unwrap());
        if text.ends_with(b"!") {
            let answer = String::from_utf8(std::mem::take(&mut text)).unwrap();
            let (_, body) = answer.rsplit_once("\r\n\r\n").unwrap();
            bodies.push(body[..4].to_owned());
        }
    }
    let expected = [
        "slow", "quic", "slow", "quic", "quic", "quic", "slow", "long",
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test(start_paused = true)]
async fn hyper_reads_no_request_before_the_last_answer_has_gone() {
    let mut served = Served::new();
    served.serve();
    served.send(&[LONG, SLOW].concat()).await;
    // The client reads nothing. What hyper could not send would be lost if the next one were parked.
    sleep(PARKED).await;
    assert_eq!(served.at_work.load(Ordering::SeqCst), 0);
    assert!(served.answer().await.ends_with("long!"));
    sleep(PARKED).await;
    assert_eq!(served.at_work.load(Ordering::SeqCst), 1);
    served.permits.add_permits(1);
    assert!(served.answer().await.ends_with("slow!"));
}

#[tokio::test(start_paused = true)]
async fn what_hyper_must_have_seen_itself_is_not_parked() {
    for request in [
        "POST /slow-change HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
        "GET /slow HTTP/1.0\r\n\r\n",
        "HEAD /slow HTTP/1.1\r\n\r\n",
        "GET /slow HTTP/1.1\r\nexpect: 100-continue\r\n\r\n",
        "GET /slow HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        "GET /slow HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
    ] {
        let mut served = Served::new();
        served.send(request.as_bytes()).await;
        assert!(served.talk_until_parked().await.is_none(), "{request}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_stays_open_after_the_answer_unless_the_client_wants_it_closed() {
    for (header, closes) in [("keep-alive", false), ("Close", true)] {
        let mut served = Served::new();
        served.serve();
        let request = format!("GET /slow HTTP/1.1\r\nconnection: {header}\r\n\r\n");
        served.send(request.as_bytes()).await;
        sleep(PARKED).await;
        served.permits.add_permits(1);
        let answer = served.answer().await;
        assert_eq!(
            answer.contains("\r\nconnection: close\r\n"),
            closes,
            "{answer}"
        );
        assert_eq!(served.is_closed().await, closes);
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_visitor_who_leaves_the_answer_is_given_up() {
    let mut served = Served::new();
    served.serve();
    served.send(SLOW).await;
    sleep(PARKED).await;
    assert_eq!(served.at_work.load(Ordering::SeqCst), 1);
    drop(served.client);
    sleep(PARKED).await;
    assert_eq!(served.at_work.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_parked_when_the_server_stops_is_answered_and_then_the_connection_ends() {
    let mut served = Served::new();
    served.serve();
    served.send(SLOW).await;
    sleep(PARKED).await;
    served.http1.stopping.cancel();
    served.permits.add_permits(1);
    let answer = served.answer().await;
    assert!(answer.ends_with("slow!"), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert!(served.is_closed().await);
}
