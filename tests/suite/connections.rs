//! Connections that misbehave are closed, those that wait are not, and headers have room.

use crate::support::{TestApp, Visitor};
use std::time::Duration;
use sweatbox::server::Limits;
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

/// By then a connection is closed; the limits below are one second.
const CLOSED: Duration = Duration::from_secs(10);

fn short() -> Limits {
    Limits {
        handshake: Duration::from_secs(1),
        header_read: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_connection_without_a_handshake_is_closed() {
    let app = TestApp::with_limits(short()).await;
    let mut stream = TcpStream::connect(("127.0.0.1", app.port)).await.unwrap();
    let mut bytes = Vec::new();
    let closed = timeout(CLOSED, stream.read_to_end(&mut bytes)).await;
    assert!(closed.is_ok(), "still open");
}

#[tokio::test]
async fn silence_after_the_handshake_is_closed() {
    let app = TestApp::with_limits(short()).await;
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
    let app = TestApp::with_limits(short()).await;
    let mut client = app.connect("http/1.1").await;
    client.send(b"GET / HTTP/1.1\r\nhost: localh").await;
    assert!(client.read_to_end(CLOSED).await.is_some(), "still open");
}

#[tokio::test]
async fn an_idle_http2_peer_that_answers_pings_is_closed() {
    let app = TestApp::with_limits(short()).await;
    let mut client = app.connect("h2").await;
    // The preface and empty settings (RFC 9113, 3.4), then a ping every 100 ms.
    client
        .send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await;
    let closed = timeout(CLOSED, async {
        while client.try_send(b"\0\0\x08\x06\0\0\0\0\0pingpong").await {
            // The pace of a client, not a wait for something to happen.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    assert!(closed.is_ok(), "still open");
}

#[tokio::test]
async fn a_visitor_who_waits_longer_than_the_idle_limit_is_served() {
    let app = TestApp::with_limits(short()).await;
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
