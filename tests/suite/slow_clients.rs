//! Clients that send or take too slowly, or not at all, are closed; those that are merely quiet,
//! or slow, are served.

use crate::support::{CLOSED, PlainServer, TestApp, eventually, http2, short_limits};
use axum::{Router, body::Body, routing::get};
use futures_util::{StreamExt, stream};
use std::{
    convert::Infallible,
    time::{Duration, Instant},
};
use tokio_util::task::TaskTracker;

/// By then a body that does not come is given up: ten seconds, and some for a slow machine.
const GIVEN_UP: Duration = Duration::from_secs(25);
/// Longer than all of the short limits together.
const LONG: Duration = Duration::from_secs(4);

#[tokio::test]
async fn a_body_that_does_not_come_is_refused_after_ten_seconds() {
    let app = TestApp::with_limits(short_limits()).await;
    let (mut old, mut new) = (app.connect("http/1.1").await, app.connect("h2").await);
    old.send(b"POST /0330 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nnum")
        .await;
    new.send(&http2::preface(&[])).await;
    new.send(&http2::begin_post(1, "/0330")).await;
    let (old, new) = tokio::join!(old.read_to_end(GIVEN_UP), new.read_bytes_to_end(GIVEN_UP));
    let old = old.expect("still open");
    assert!(old.starts_with("HTTP/1.1 408"), "{old}");
    let new = http2::frames(&new.expect("still open"));
    let is_answer = |frame: &http2::Frame| (frame.kind, frame.stream) == (http2::HEADERS, 1);
    assert!(new.iter().any(is_answer), "{new:?}");
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_has_no_longer() {
    let app = TestApp::with_limits(short_limits()).await;
    let (mut old, mut new) = (app.connect("http/1.1").await, app.connect("h2").await);
    old.send(b"POST /0330 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999\r\n\r\n")
        .await;
    new.send(&http2::preface(&[])).await;
    new.send(&http2::begin_post(1, "/0330")).await;
    let byte = http2::data(1, b"x");
    let closed = tokio::join!(
        old.is_closed_although_it_sends(b"x", GIVEN_UP),
        new.is_closed_although_it_sends(&byte, GIVEN_UP)
    );
    assert_eq!(closed, (true, true));
}

/// A page, a page in many parts, and one that says nothing for ever.
fn pages() -> Router {
    Router::new()
        .route("/page", get(async || "x".repeat(100_000)))
        .route("/parts", get(parts))
        .route("/quiet", get(quiet))
}

async fn parts() -> Body {
    let part = || Ok::<_, Infallible>(vec![b'x'; 10_000]);
    Body::from_stream(stream::repeat_with(part).take(10))
}

async fn quiet() -> Body {
    Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>())
}

#[tokio::test]
async fn an_answer_for_which_the_window_has_no_room_closes_its_connection() {
    let server = PlainServer::with_limits(pages(), short_limits());
    for (path, window) in [("/page", 0), ("/parts", 0), ("/page", 1), ("/parts", 1)] {
        let mut client = server.connect("h2").await;
        let settings = [(http2::INITIAL_WINDOW_SIZE, window)];
        client.send(&http2::preface(&settings)).await;
        client.send(&http2::get(1, path)).await;
        let ping = http2::ping();
        let closed = client.is_closed_although_it_sends(&ping, CLOSED).await;
        assert!(closed, "{path}, {window}: still open");
    }
}

#[tokio::test]
async fn one_stuck_answer_closes_its_connection_whatever_else_happens_there() {
    let server = PlainServer::with_limits(pages(), short_limits());
    let mut client = server.connect("h2").await;
    let settings = [(http2::INITIAL_WINDOW_SIZE, 0)];
    client.send(&http2::preface(&settings)).await;
    client.send(&http2::get(1, "/quiet")).await;
    client.send(&http2::get(3, "/page")).await;
    let ping = http2::ping();
    let closed = client.is_closed_although_it_sends(&ping, CLOSED).await;
    assert!(closed, "still open");
}

#[tokio::test]
async fn a_stream_that_says_nothing_stays_open() {
    let server = PlainServer::with_limits(pages(), short_limits());
    let (mut old, mut new) = (server.connect("http/1.1").await, server.connect("h2").await);
    old.send(b"GET /quiet HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await;
    new.send(&http2::preface(&[])).await;
    new.send(&http2::get(1, "/quiet")).await;
    let ping = http2::ping();
    let closed = tokio::join!(
        old.is_closed_although_it_sends(b"", LONG),
        new.is_closed_although_it_sends(&ping, LONG)
    );
    assert_eq!(closed, (false, false));
}

/// A page without an end; `sending` counts the answers that are being sent.
fn endless(sending: TaskTracker) -> Router {
    let page = move || {
        let token = sending.token();
        let part = move || {
            let _until_it_is_dropped = &token;
            Ok::<_, Infallible>(vec![b'x'; 65_536])
        };
        async move { Body::from_stream(stream::repeat_with(part)) }
    };
    Router::new().route("/", get(page))
}

/// The asking for it, by which nothing is held back but what the client itself does not read.
fn ask_for_all() -> [(&'static str, Vec<u8>); 2] {
    let widest: u32 = (1 << 31) - 1;
    let settings = [(http2::INITIAL_WINDOW_SIZE, widest)];
    let new = [
        http2::preface(&settings),
        http2::widen(widest - 65_535),
        http2::get(1, "/"),
    ];
    [
        (
            "http/1.1",
            b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
        ),
        ("h2", new.concat()),
    ]
}

#[tokio::test]
async fn a_client_that_stops_reading_is_closed() {
    for (protocol, bytes) in ask_for_all() {
        let sending = TaskTracker::new();
        let server = PlainServer::with_limits(endless(sending.clone()), short_limits());
        let mut client = server.connect(protocol).await;
        client.send(&bytes).await;
        eventually("it is being sent", CLOSED, async || sending.len() == 1).await;
        eventually("it is given up", CLOSED, async || sending.is_empty()).await;
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_is_served() {
    for (protocol, bytes) in ask_for_all() {
        let server = PlainServer::with_limits(endless(TaskTracker::new()), short_limits());
        let mut client = server.connect(protocol).await;
        client.send(&bytes).await;
        let start = Instant::now();
        while start.elapsed() < LONG {
            for _ in 0..16 {
                assert!(!client.read_some().await.is_empty(), "{protocol}: closed");
            }
            // The pace of a slow line, not a wait for something to happen.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
