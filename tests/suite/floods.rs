//! Clients that ask for more than they may, and many of them at once: nobody else notices.

use crate::support::{
    CLOSED, Folder, PlainClient, PlainServer, TestApp, eventually, http2, short_limits,
};
use axum::Router;
use std::{
    fs,
    future::pending,
    net,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use sweatbox::server::Limits;
use tokio_util::task::TaskTracker;

/// A newcomer is to be served within 100 ms; `scripts/stalled` measures it. A test must bear a
/// slow machine.
const SERVED: Duration = Duration::from_secs(2);

/// The numbers that a client gives to its requests.
fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| 2 * number + 1)
}

#[tokio::test]
async fn a_client_that_takes_back_what_it_asks_is_told_to_calm_down() {
    let app = TestApp::with_limits(short_limits()).await;
    let mut client = app.connect("h2").await;
    let mut bytes = http2::preface(&[]);
    for stream in streams(200) {
        bytes.extend(http2::get(stream, "/"));
        bytes.extend(http2::reset(stream));
    }
    client.send(&bytes).await;
    let answer = client.read_bytes_to_end(CLOSED).await.expect("still open");
    let reason = http2::farewell(&http2::frames(&answer));
    assert_eq!(reason, Some(http2::ENHANCE_YOUR_CALM));
    app.visitor().refresh().await.expect(200);
}

#[tokio::test]
async fn ten_thousand_empty_streams_are_128_requests_and_an_end() {
    let (asked, at_work) = (Arc::new(AtomicUsize::new(0)), TaskTracker::new());
    let (count, tracker) = (asked.clone(), at_work.clone());
    let waits = move || {
        count.fetch_add(1, Ordering::Relaxed);
        tracker.track_future(pending::<()>())
    };
    let server = PlainServer::with_limits(Router::new().fallback(waits), short_limits());
    let mut client = server.connect("h2").await;
    let mut open = client.try_send(&http2::preface(&[])).await;
    for stream in streams(10_000) {
        open = open && client.try_send(&http2::begin_post(stream, "/")).await;
    }
    let closed = client.read_bytes_to_end(CLOSED).await;
    assert!(closed.is_some(), "still open");
    let asked = asked.load(Ordering::Relaxed);
    assert!((1..=128).contains(&asked), "{asked} requests");
    eventually("all are given up", CLOSED, async || at_work.is_empty()).await;
}

#[tokio::test]
async fn a_newcomer_is_served_while_a_thousand_connections_are_stalled() {
    // Each is a file that this process has open as well.
    let _allowed = Limits::of_this_process(1);
    let folder = Folder::new();
    let copy = folder.serve().await;
    let certificate = fs::read(folder.path("certs/selfsigned.crt")).unwrap();
    let mut shaken = Vec::new();
    for number in 0..150 {
        let protocol = ["http/1.1", "h2"][number % 2];
        let mut client = PlainClient::connect(copy.port, &certificate, protocol).await;
        if protocol == "http/1.1" {
            client.send(b"GET / HTTP/1.1\r\nhost: localh").await;
        }
        shaken.push(client);
    }
    let connect = || net::TcpStream::connect(("127.0.0.1", copy.port)).unwrap();
    let silent: Vec<_> = (0..850).map(|_| connect()).collect();
    let answer = copy.visitor().refresh().await.expect(200);
    assert!(answer.took < SERVED, "{:?}", answer.took);
    drop((shaken, silent));
}
