//! The end: whoever waits is answered, what was begun is finished, and it is over in time.

use crate::support::{
    Answer, Copy, Folder, PlainClient, TestApp, Visitor, eventually, free_port, http2,
};
use reqwest::Method;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// From the signal to the exit.
const STOPPED: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_stopping_copy_answers_everybody_who_sleeps_and_exits_with_0() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitors = [copy.visitor(), Visitor::over_http1(copy.port)];
    tokio::join!(raise_to_five(&visitors[0]), raise_to_five(&visitors[1]));
    let mut sleepers = tokio::task::JoinSet::new();
    for visitor in &visitors {
        let visitor = visitor.clone();
        sleepers.spawn(async move { visitor.refresh().await });
    }
    // A second round trip each: by its end the first request has arrived as well.
    for visitor in &visitors {
        visitor.get("/?haveEnough=0").await.expect(200);
    }
    let start = Instant::now();
    let exit_code = copy.stop().await;
    assert!(start.elapsed() < STOPPED, "{:?}", start.elapsed());
    assert_eq!(exit_code, Some(0));
    for answer in sleepers.join_all().await {
        let answer = answer.expect(503);
        assert!(
            answer.text.contains("cut short and not counted"),
            "{}",
            answer.text
        );
    }
    // Not counted, and not forgotten.
    let copy = folder
        .serve_on(copy_port(&folder), &["--bind", "127.0.0.1"])
        .await;
    for visitor in &visitors {
        let answer = visitor
            .try_request(Method::GET, "/?haveEnough=0", &[])
            .await;
        assert_eq!(answer.unwrap().seconds(), 5);
    }
    assert_eq!(copy.stop().await, Some(0));
}

/// Sweats up to a wait of five seconds: time enough for all that has to happen meanwhile.
async fn raise_to_five(visitor: &Visitor) {
    while visitor.refresh().await.seconds() < 5 {}
}

fn copy_port(folder: &Folder) -> u16 {
    let text = std::fs::read_to_string(folder.path(".port")).unwrap();
    text.trim().parse().unwrap()
}

/// A bare connection to the real program, over which `bytes` were sent.
async fn sent(copy: &Copy, folder: &Folder, bytes: &[u8]) -> PlainClient {
    let certificate = std::fs::read(folder.path("certs/selfsigned.crt")).unwrap();
    let protocol = match bytes.starts_with(b"PRI") {
        true => "h2",
        false => "http/1.1",
    };
    let mut client = PlainClient::connect(copy.port, &certificate, protocol).await;
    client.send(bytes).await;
    client
}

/// Connections that nobody can do anything for: silent, broken off, or not read.
async fn hopeless(copy: &Copy, folder: &Folder) -> Vec<PlainClient> {
    let no_window = http2::preface(&[(http2::INITIAL_WINDOW_SIZE, 0)]);
    let stuck = [no_window, http2::get(1, "/lessons/0340")].concat();
    let half_a_header = b"GET / HTTP/1.1\r\nhost: localh";
    let half_a_body = b"POST /0330 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nnum";
    let mut clients = Vec::new();
    for bytes in [
        Vec::new(),
        http2::preface(&[]),
        half_a_header.to_vec(),
        half_a_body.to_vec(),
        stuck,
    ] {
        clients.push(sent(copy, folder, &bytes).await);
    }
    clients
}

#[tokio::test]
async fn the_end_finds_connections_in_every_state_and_closes_each_as_it_deserves() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let visitor = copy.visitor();
    raise_at_once(&visitor).await;
    let hopeless = hopeless(&copy, &folder).await;
    let request = b"GET /lessons/0340 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut finished = sent(&copy, &folder, request).await;
    let page = finished.read_some().await;
    let cookie = visitor.cookies().join("; ");
    let request =
        format!("GET /xray/events HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
    let mut events = sent(&copy, &folder, request.as_bytes()).await;
    assert!(events.read_some().await.starts_with("HTTP/1.1 200"));
    let tab = visitor.another_tab();
    let sleeper = tokio::spawn(async move { tab.refresh().await });
    // A second round trip: by its end the refresh has arrived as well.
    visitor.get("/?haveEnough=0").await.expect(200);

    let start = Instant::now();
    let exit_code = copy.stop().await;
    assert!(start.elapsed() < STOPPED, "{:?}", start.elapsed());
    assert_eq!(exit_code, Some(0));
    sleeper.await.unwrap().expect(503);
    // What was answered arrives whole, although nobody has read it before the end.
    let page = page + &finished.read_to_end(STOPPED).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("</html>"));
    // The last, empty chunk: the stream has ended and is not broken off (RFC 9112, 7.1).
    let events = events.read_to_end(STOPPED).await.unwrap();
    assert!(events.ends_with("0\r\n\r\n"), "{events}");
    for mut client in hopeless {
        assert!(client.read_to_end(STOPPED).await.is_some(), "still open");
    }
}

/// Sweats up to nine seconds within one: refreshes that overlap all count.
async fn raise_at_once(visitor: &Visitor) {
    for _ in 0..2 {
        visitor.refresh().await.expect(200);
    }
    let mut tabs = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let tab = visitor.another_tab();
        tabs.spawn(async move { tab.refresh().await });
    }
    let longest = tabs.join_all().await.iter().map(Answer::seconds).max();
    assert_eq!(longest, Some(9));
}

#[tokio::test]
async fn ctrl_c_ends_it_as_well() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    copy.visitor().refresh().await.expect(200);
    assert_eq!(copy.stop_by("-INT").await, Some(0));
}

#[tokio::test]
async fn it_ends_with_the_terminal_that_it_was_started_from() {
    let folder = Folder::new();
    let port = free_port();
    // `script` gives the program a terminal, which goes away with `script` itself.
    let program = format!(
        "{} --port {port} --bind 127.0.0.1",
        env!("CARGO_BIN_EXE_sweatbox")
    );
    let mut terminal = Command::new("script")
        .args(["-qfc", &program, "/dev/null"])
        .current_dir(folder.path("."))
        .env("HOME", folder.home("."))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Visitor::of_starting(port).await;
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    eventually(
        "the port is free again",
        Duration::from_secs(20),
        async || std::net::TcpListener::bind(("127.0.0.1", port)).is_ok(),
    )
    .await;
}

#[tokio::test]
async fn a_log_that_cannot_be_written_does_not_stop_the_service() {
    let folder = Folder::new();
    let port = free_port();
    let mut process = folder
        .command()
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .stdout(Stdio::null())
        .stderr(
            std::fs::File::options()
                .write(true)
                .open("/dev/full")
                .unwrap(),
        )
        .spawn()
        .unwrap();
    let visitor = Visitor::of_starting(port).await;
    visitor.refresh().await.expect(200);
    visitor.refresh().await.expect(200);
    let pid = process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let mut ended = None;
    eventually("it ends", STOPPED, async || {
        ended = process.try_wait().unwrap();
        ended.is_some()
    })
    .await;
    assert_eq!(ended.unwrap().code(), Some(0));
}

#[tokio::test]
async fn half_sent_and_idle_connections_do_not_hold_up_the_end() {
    let app = TestApp::on_sqlite().await;
    let mut half_a_header = app.connect("http/1.1").await;
    half_a_header.send(b"GET / HTTP/1.1\r\nhost: localh").await;
    let _silent = app.connect("h2").await;
    let _no_handshake = tokio::net::TcpStream::connect(("127.0.0.1", app.port))
        .await
        .unwrap();
    app.visitor().get("/healthz").await.expect(200);
    let start = Instant::now();
    app.stopping.cancel();
    app.server.await.unwrap().unwrap();
    assert!(start.elapsed() < STOPPED, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_change_whose_visitor_left_is_saved_before_the_store_is_closed() {
    let app = TestApp::on_sqlite().await;
    let visitor = app.visitor();
    visitor.get("/t/set/a/1").await.expect(200);
    let tab = visitor.another_tab();
    let leaving = tokio::spawn(async move { tab.get("/t/add-after-locking/n").await });
    app.gate.wait_for_arrival().await;
    leaving.abort();
    assert!(leaving.await.unwrap_err().is_cancelled());
    eventually("the copy has noticed", STOPPED, async || {
        app.sessions.orphans() == 1
    })
    .await;
    app.stopping.cancel();
    app.server.await.unwrap().unwrap();
    let sessions = app.sessions.clone();
    let closing = tokio::spawn(async move { sessions.close().await });
    app.gate.let_one_pass();
    closing.await.unwrap();

    let cookie = visitor.cookie(app.identity.names.cookie.as_str()).unwrap();
    let id = cookie[cookie.len() - 22..].parse().unwrap();
    // With a connection of its own: the copy has closed its own ones.
    let stored = sweatbox::sessions::stores::open(&app.setup, &app.identity);
    let stored = stored.load(&id).await.unwrap().unwrap();
    let text = String::from_utf8(stored.data).unwrap();
    assert!(text.contains(r#""n":1"#), "{text}");
}
