//! Everything that a page on another port of the host can try, in a real browser.

use crate::support::{Chromium, PlainServer, TestApp, eventually};
use axum::{Router, response::Html, routing::get};
use fantoccini::Locator;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);

/// A copy with a visitor whose counter is at 1, and a page of somebody else, both in one browser.
struct Stage {
    app: TestApp,
    chromium: Chromium,
    foreign: PlainServer,
}

impl Stage {
    async fn set() -> Self {
        let app = TestApp::on_sqlite().await;
        let copy = format!("https://localhost:{}", app.port);
        let page = Html(format!(
            "<!DOCTYPE html><title>foreign</title>\
             <form method=post action='{copy}/t/post' target=answer><button>post</button></form>\
             <iframe name=answer></iframe>"
        ));
        let routes = Router::new().route("/", get(async move || page));
        let stage = Self {
            app,
            chromium: Chromium::start().await,
            foreign: PlainServer::start(routes),
        };
        stage.chromium.open(&stage.copy("/")).await;
        stage.chromium.follow("I can wait longer.").await;
        assert_eq!(stage.chromium.seconds().await, 1);
        stage.open_foreign().await;
        stage
    }

    fn copy(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.app.port)
    }

    async fn open_foreign(&self) {
        let address = format!("https://localhost:{}/", self.foreign.port);
        self.chromium.open(&address).await;
    }

    /// Runs a script in the page that is open; it tells its outcome by `done(word)`.
    async fn outcome(&self, script: &str) -> String {
        let script = format!("const done = arguments[0]; {script}");
        let told = self.chromium.page.execute_async(&script, Vec::new());
        told.await.unwrap().as_str().unwrap().to_owned()
    }

    /// How `fetch` ends: `blocked`, or the answer's status.
    async fn fetched(&self, path: &str, options: &str) -> String {
        let address = self.copy(path);
        let script = format!(
            "fetch('{address}', {options}).then(got => done(String(got.status)), () => done('blocked'))"
        );
        self.outcome(&script).await
    }

    /// The visitor's counter is where it was, and nobody else has come.
    async fn nothing_has_happened(self) {
        self.chromium.open(&self.copy("/?haveEnough=0")).await;
        assert_eq!(
            self.chromium.seconds().await,
            1,
            "somebody moved the counter"
        );
        assert_eq!(self.app.store().count().await.unwrap(), 1);
        self.chromium.close().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn no_fetch_from_another_port_gets_or_does_anything() {
    let stage = Stage::set().await;
    for credentials in ["include", "same-origin", "omit"] {
        for mode in ["cors", "no-cors"] {
            for (path, method) in [("/", "GET"), ("/", "HEAD"), ("/t/post", "POST")] {
                let options =
                    format!("{{method: '{method}', mode: '{mode}', credentials: '{credentials}'}}");
                assert_eq!(stage.fetched(path, &options).await, "blocked", "{options}");
            }
        }
    }
    // With what asks for leave first.
    let options = "{method: 'DELETE', credentials: 'include', headers: {'x-a': '1'}}";
    assert_eq!(stage.fetched("/0320/session", options).await, "blocked");
    // From its own page the same is answered: it was no broken connection that blocked.
    stage.chromium.open(&stage.copy("/lessons")).await;
    let own = "{method: 'POST', credentials: 'include'}";
    assert_eq!(stage.fetched("/t/post", own).await, "200");
    stage.nothing_has_happened().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn neither_a_frame_nor_a_picture_nor_a_script_of_another_port_shows_the_page() {
    let stage = Stage::set().await;
    for element in ["img", "script"] {
        let script = format!(
            "const it = document.createElement('{element}'); it.onload = () => done('loaded'); \
             it.onerror = () => done('blocked'); it.src = '{}'; document.body.append(it)",
            stage.copy("/")
        );
        assert_eq!(stage.outcome(&script).await, "blocked", "{element}");
    }
    let script = format!(
        "const it = document.querySelector('iframe'); it.onload = () => done('over'); \
         it.src = '{}'",
        stage.copy("/")
    );
    assert_eq!(stage.outcome(&script).await, "over");
    let shown = in_the_frame(&stage.chromium).await;
    assert!(!shown.contains("Got you sweating?"), "{shown}");
    stage.nothing_has_happened().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn a_form_that_is_posted_from_another_port_is_refused() {
    let stage = Stage::set().await;
    let button = stage.chromium.labelled("post").await;
    button.click().await.unwrap();
    // The refusal is a page of ours, so the frame of somebody else does not even show it.
    let shown = in_the_frame(&stage.chromium).await;
    assert!(!shown.contains("posted"), "{shown}");
    stage.open_foreign().await;
    let script = "document.querySelector('form').target = '_self'; \
                  document.querySelector('button').click()";
    stage.chromium.run(script).await;
    eventually("the form is refused", SOON, async || {
        let page = stage.chromium.page.source().await.unwrap();
        page.contains("another origin")
    })
    .await;
    stage.nothing_has_happened().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn no_web_socket_opens_from_another_port() {
    let stage = Stage::set().await;
    for path in ["/", "/xray/events", "/t/post"] {
        let address = stage.copy(path).replace("https:", "wss:");
        let script = format!(
            "const it = new WebSocket('{address}'); it.onopen = () => done('open'); \
             it.onclose = event => done('closed ' + event.code)"
        );
        // Closed without ever having been open (RFC 6455, 7.1.5).
        assert_eq!(stage.outcome(&script).await, "closed 1006", "{path}");
    }
    stage.nothing_has_happened().await;
}

/// What the page's one frame holds.
async fn in_the_frame(chromium: &Chromium) -> String {
    let frame = chromium.page.find(Locator::Css("iframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
    let shown = chromium.page.source().await.unwrap();
    chromium.page.enter_parent_frame().await.unwrap();
    shown
}
