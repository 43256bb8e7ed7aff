//! Connections that misbehave are closed, those that wait are not, and headers have room.

use crate::support::{CLOSED, TestApp, Visitor, eventually, http2, short_limits};
use reqwest::Method;
use std::time::Duration;
use sweatbox::server::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The beginning of a TLS handshake: its client announces 512 bytes and sends two of them.
const HALF_A_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00";

/// Whether the server closes a connection that has sent no more than `bytes`.
async fn is_closed(port: u16, bytes: &[u8]) -> bool {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let closed = timeout(CLOSED, stream.read_to_end(&mut answer)).await;
    closed.is_ok()
}

#[tokio::test]
async fn a_connection_without_a_handshake_or_with_half_of_one_is_closed() {
    let app = TestApp::with_limits(short_limits()).await;
    assert!(is_closed(app.port, b"").await, "still open");
    assert!(is_closed(app.port, HALF_A_HELLO).await, "still open");
}

#[tokio::test]
async fn silence_after_the_handshake_is_closed() {
    let app = TestApp::with_limits(short_limits()).await;
    for protocol in ["http/1.1", "h2"] {
        let mut client = app.connect(protocol).await;
        assert!(
            client.read_to_end(CLOSED).await.is_some(),
            "{protocol} still open"
        );
    }
}

#[tokio::test]
async fn half_a_header_is_closed() {
    let app = TestApp::with_limits(short_limits()).await;
    let whole = [http2::preface(&[]), http2::get(1, "/healthz")].concat();
    let half = &whole[..whole.len() - 5];
    for (protocol, bytes) in [
        ("http/1.1", &b"GET / HTTP/1.1\r\nhost: localh"[..]),
        // So far it could become either protocol.
        ("h2", &b"PRI * HT"[..]),
        ("h2", half),
    ] {
        let mut client = app.connect(protocol).await;
        client.send(bytes).await;
        assert!(client.read_to_end(CLOSED).await.is_some(), "{protocol}");
    }
}

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_is_closed() {
    let app = TestApp::with_limits(short_limits()).await;
    let mut client = app.connect("http/1.1").await;
    client.send(b"GET / HTTP/1.1\r\nx: ").await;
    assert!(client.is_closed_although_it_sends(b"x", CLOSED).await);
    let mut client = app.connect("h2").await;
    // A header of 16,384 bytes is announced, and one comes every 100 ms.
    client.send(&http2::preface(&[])).await;
    client.send(b"\0\x40\0\x01\x05\0\0\0\x01").await;
    assert!(client.is_closed_although_it_sends(b"x", CLOSED).await);
}

#[tokio::test]
async fn an_idle_http2_peer_that_answers_pings_is_closed() {
    let app = TestApp::with_limits(short_limits()).await;
    let mut client = app.connect("h2").await;
    client.send(&http2::preface(&[])).await;
    let ping = http2::ping();
    let closed = client.is_closed_although_it_sends(&ping, CLOSED).await;
    assert!(closed, "still open");
}

#[tokio::test]
async fn a_connection_too_many_is_turned_away_until_another_one_ends() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let app = TestApp::with_limits(limits).await;
    let _first = app.connect("h2").await;
    let second = app.connect("http/1.1").await;
    assert!(is_closed(app.port, b"").await, "a third one is open");
    drop(second);
    eventually("the place is free again", CLOSED, async || {
        let newcomer = app.visitor();
        let answer = newcomer.try_request(Method::GET, "/healthz", &[]).await;
        answer.is_ok_and(|answer| answer.status == 200)
    })
    .await;
}

#[tokio::test]
async fn a_visitor_who_waits_longer_than_the_idle_limit_is_served() {
    let app = TestApp::with_limits(short_limits()).await;
    for visitor in [app.visitor(), Visitor::over_http1(app.port)] {
        visitor.has_enough().await;
        for _ in 0..3 {
            visitor.get("/t/add/wait").await;
        }
        let answer = visitor.refresh().await.expect(200);
        assert_eq!(answer.seconds(), 4);
        assert!(answer.took >= Duration::from_secs(3));
    }
}

#[tokio::test]
async fn a_connection_in_use_stays_open() {
    // Three seconds of room for a slow machine, and in all longer than any of the limits.
    let limits = Limits {
        header_read: Duration::from_secs(3),
        idle: Duration::from_secs(3),
        ..Limits::default()
    };
    let app = TestApp::with_limits(limits).await;
    let mut client = app.connect("http/1.1").await;
    for _ in 0..8 {
        client
            .send(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .await;
        assert!(client.read_some().await.starts_with("HTTP/1.1 200"));
        // The pace of a visitor, not a wait for something to happen.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn more_cookies_than_any_browser_keeps_are_refused_by_431() {
    let app = TestApp::on_sqlite().await;
    for visitor in [app.visitor(), Visitor::over_http1(app.port)] {
        for number in 0..700 {
            visitor.plant(&format!("cookie{number}"), &"v".repeat(66));
        }
        visitor.get("/").await.expect(431);
    }
}

#[tokio::test]
async fn a_refusal_waits_for_the_end_of_its_request() {
    let app = TestApp::on_sqlite().await;
    let mut client = app.connect("http/1.1").await;
    let header = "POST /0330 HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-site\r\n\
                  content-type: application/x-www-form-urlencoded\r\ncontent-length: 8\r\n\
                  expect: 100-continue\r\n\r\n";
    client.send(header.as_bytes()).await;
    // The body is asked for although the header alone is reason enough to refuse.
    let asked = client.read_some().await;
    assert!(asked.starts_with("HTTP/1.1 100"), "{asked}");
    client.send(b"number=1").await;
    let answer = client.read_some().await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_with_its_limit() {
    let app = TestApp::on_sqlite().await;
    for visitor in [app.visitor(), Visitor::over_http1(app.port)] {
        let text = "v".repeat(129 * 1024);
        let answer = visitor.submit("/0330", &[("number", &text)]).await;
        assert!(answer.expect(413).text.contains("longer than 128 KiB"));
        visitor.get("/healthz").await.expect(200);
    }
}
