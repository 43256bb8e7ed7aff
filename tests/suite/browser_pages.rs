//! The pages in a real browser.

use crate::support::{Chromium, Folder, TestApp, choose_tls_provider, eventually, shared_mariadb};
use axum::{Router, response::Html, routing::get};
use fantoccini::cookies::Cookie;
use serde_json::json;
use std::{net::TcpListener, path::Path, time::Duration};
use sweatbox::{
    config::{CertificateFiles, Options},
    server::{self, Limits},
    tls,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn a_visitor_sweats_has_enough_and_sweats_again() {
    let app = TestApp::on_sqlite().await;
    let chromium = Chromium::start().await;
    chromium
        .open(&format!("https://localhost:{}/", app.port))
        .await;
    assert_eq!(chromium.text("h1").await, "Got you sweating?");
    for seconds in 1..=3 {
        chromium.follow("I can wait longer.").await;
        assert_eq!(chromium.seconds().await, seconds);
    }
    chromium.follow("I have enough!").await;
    assert_eq!(chromium.seconds().await, 0);
    for seconds in 1..=2 {
        chromium.follow("I can wait longer.").await;
        assert_eq!(chromium.seconds().await, seconds, "stuck after the reset");
    }
    chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_page_counts_down_while_the_next_one_is_awaited() {
    let app = TestApp::on_sqlite().await;
    let chromium = Chromium::start().await;
    let address = format!("https://localhost:{}/", app.port);
    chromium.open(&address).await;
    for _ in 0..3 {
        chromium.follow("I can wait longer.").await;
    }
    // The driver waits for the next page, so the page itself notes what it shows until then.
    let note = "const shown = []; const display = document.querySelector('[data-wait] div'); \
                setInterval(() => { \
                  if (display.hidden) return; \
                  shown.push(parseInt(display.innerText)); \
                  sessionStorage.setItem('shown', JSON.stringify(shown)); \
                }, 50)";
    chromium.run(note).await;
    chromium.follow("I can wait longer.").await;
    assert_eq!(chromium.seconds().await, 4);
    let shown = chromium.run("return sessionStorage.getItem('shown')").await;
    let seen: Vec<u64> = serde_json::from_str(shown.as_str().unwrap()).unwrap();
    assert!(seen.is_sorted_by(|a, b| a >= b), "{seen:?}");
    assert!(seen.contains(&3) && seen.contains(&1), "{seen:?}");
    chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_page_works_without_scripts() {
    let app = TestApp::on_sqlite().await;
    let chromium = Chromium::without_scripts().await;
    chromium
        .open("data:text/html,<title>off</title><script>document.title='on'</script>")
        .await;
    assert_eq!(
        chromium.page.title().await.unwrap(),
        "off",
        "scripts run after all"
    );
    chromium
        .open(&format!("https://localhost:{}/", app.port))
        .await;
    for seconds in 1..=2 {
        chromium.follow("I can wait longer.").await;
        assert_eq!(chromium.seconds().await, seconds);
    }
    chromium.follow("I have enough!").await;
    assert_eq!(chromium.seconds().await, 0);
    chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn pages_fit_into_320_pixels_and_the_console_stays_empty() {
    let app = TestApp::on_sqlite().await;
    let chromium = Chromium::start().await;
    for scheme in ["light", "dark"] {
        for width in [320, 1000] {
            look(&chromium, scheme, width).await;
            chromium
                .open(&format!("https://localhost:{}/", app.port))
                .await;
            let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(chromium.run(overflow).await, 0, "{scheme} {width}");
            picture(&chromium, &format!("wait-{scheme}-{width}")).await;
            // As it looks while the next page is awaited.
            chromium
                .run("dispatchEvent(new Event('beforeunload'))")
                .await;
            assert_eq!(chromium.run(overflow).await, 0, "{scheme} {width}");
            picture(&chromium, &format!("waiting-{scheme}-{width}")).await;
            assert_eq!(chromium.console().await, Vec::<String>::new());
            chromium
                .open(&format!("https://localhost:{}/nowhere", app.port))
                .await;
            picture(&chromium, &format!("missing-{scheme}-{width}")).await;
            let complaints = chromium.console().await;
            assert!(
                matches!(&complaints[..], [one] if one.contains("404")),
                "{complaints:?}"
            );
        }
    }
    chromium.close().await;
}

async fn look(chromium: &Chromium, scheme: &str, width: u32) {
    let metrics = json!({"width": width, "height": 640, "deviceScaleFactor": 1, "mobile": false});
    chromium
        .devtools("Emulation.setDeviceMetricsOverride", metrics)
        .await;
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
    chromium
        .devtools("Emulation.setEmulatedMedia", features)
        .await;
}

/// Keeps a picture of the page where `SWEATBOX_PICTURES` names a folder.
async fn picture(chromium: &Chromium, name: &str) {
    let picture = chromium.page.screenshot().await.unwrap();
    if let Some(folder) = std::env::var_os("SWEATBOX_PICTURES") {
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_page_is_usable_by_keyboard_alone() {
    let app = TestApp::on_sqlite().await;
    let chromium = Chromium::start().await;
    chromium
        .open(&format!("https://localhost:{}/", app.port))
        .await;
    let focused = "return document.activeElement.textContent";
    let mut order = Vec::new();
    for _ in 0..4 {
        press(&chromium, "Tab").await;
        order.push(chromium.run(focused).await);
    }
    let expected = [
        "Skip to the content",
        "sweatbox 41220",
        "I can wait longer.",
        "I have enough!",
    ];
    assert_eq!(order, expected);
    press(&chromium, "Enter").await;
    eventually("the reset page", SOON, async || {
        let address = chromium.page.current_url().await.unwrap();
        address.query() == Some("haveEnough=1")
    })
    .await;
    chromium.close().await;
}

async fn press(chromium: &Chromium, key: &str) {
    let code = if key == "Tab" { 9 } else { 13 };
    let text = if key == "Tab" { "" } else { "\r" };
    for kind in ["keyDown", "keyUp"] {
        let event = json!({
            "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
            "text": if kind == "keyDown" { text } else { "" },
        });
        chromium.devtools("Input.dispatchKeyEvent", event).await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn the_owner_s_link_moves_its_token_out_of_the_address() {
    let app = TestApp::on_sqlite().await;
    let chromium = Chromium::start().await;
    chromium
        .open(&format!("https://localhost:{}/#token=abc-_1", app.port))
        .await;
    let kept = chromium
        .run("return sessionStorage.getItem('owner-token')")
        .await;
    assert_eq!(kept, "abc-_1");
    let address = chromium.page.current_url().await.unwrap();
    assert_eq!(address.fragment(), None, "{address}");
    chromium.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn an_image_and_a_form_on_another_port_do_nothing() {
    let app = TestApp::on_sqlite().await;
    let copy = format!("https://localhost:{}", app.port);
    let foreign = ForeignPage::serve(format!(
        "<!DOCTYPE html><title>foreign</title><img src='{copy}/'><iframe src='{copy}/'></iframe>\
         <form method=post action='{copy}/t/post'><button>post</button></form>"
    ))
    .await;
    let chromium = Chromium::start().await;
    chromium.open(&format!("{copy}/")).await;
    chromium.follow("I can wait longer.").await;
    assert_eq!(chromium.seconds().await, 1);
    for _ in 0..3 {
        chromium.open(&foreign.address).await;
    }
    let fetched = format!(
        "const done = arguments[0]; fetch('{copy}/', {{mode: 'no-cors', credentials: 'include'}})\
         .then(() => done('sent'), () => done('blocked'))"
    );
    chromium
        .page
        .execute_async(&fetched, Vec::new())
        .await
        .unwrap();
    chromium.open(&format!("{copy}/?haveEnough=0")).await;
    assert_eq!(
        chromium.seconds().await,
        1,
        "a foreign page has moved the counter"
    );

    chromium.open(&foreign.address).await;
    chromium
        .run("document.querySelector('button').click()")
        .await;
    eventually("the form is refused", SOON, async || {
        chromium
            .page
            .source()
            .await
            .unwrap()
            .contains("another origin")
    })
    .await;
    chromium.close().await;
}

/// A page on another port of the same host.
struct ForeignPage {
    address: String,
    _folder: TempDir,
}

impl ForeignPage {
    async fn serve(page: String) -> Self {
        choose_tls_provider();
        let folder = tempfile::tempdir().unwrap();
        let mut files = CertificateFiles::locate(&Options::default()).unwrap();
        files.cert = folder.path().join("crt");
        files.key = folder.path().join("key");
        let tls = tls::rustls_config(&files.load_or_make().unwrap());
        let routes = Router::new().route("/", get(async move || Html(page)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stopping = CancellationToken::new();
        tokio::spawn(server::serve(
            vec![listener],
            tls,
            routes,
            Limits::default(),
            stopping,
        ));
        Self {
            address: format!("https://localhost:{port}/"),
            _folder: folder,
        }
    }
}

#[tokio::test]
#[ignore = "needs Chromium and MariaDB: scripts/test"]
async fn one_browser_keeps_sandbox_and_production_apart_on_mariadb() {
    let server = shared_mariadb().await;
    let database = server.new_database().await;
    keeps_apart(&server.credentials_json(&database)).await;
}

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn one_browser_keeps_sandbox_and_production_apart_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shared.sqlite");
    keeps_apart(&json!({"driver": "sqlite", "database": file}).to_string()).await;
}

async fn keeps_apart(credentials: &str) {
    let sandbox = Folder::new();
    let production = Folder::second(&sandbox);
    sandbox.write_home(".mysqlSecrets.json", credentials, 0o600);
    let copies = [sandbox.serve().await, production.serve().await];
    let addresses = copies
        .each_ref()
        .map(|copy| format!("https://localhost:{}/", copy.port));
    let chromium = Chromium::start().await;
    for address in &addresses {
        chromium.open(address).await;
        assert_eq!(chromium.seconds().await, 0);
    }
    chromium.open(&addresses[0]).await;
    chromium.open(&addresses[0]).await;
    assert_eq!(chromium.seconds().await, 2);
    chromium.open(&addresses[1]).await;
    assert_eq!(chromium.seconds().await, 1);

    let cookies = chromium.page.get_all_cookies().await.unwrap();
    let mut names: Vec<_> = cookies
        .iter()
        .map(|cookie| cookie.name().to_owned())
        .collect();
    names.sort();
    let mut expected = copies
        .each_ref()
        .map(|copy| format!("s{}Cookie", copy.port));
    expected.sort();
    assert_eq!(names, expected);

    // The sandbox's value under the production cookie's name: refused.
    let [sandbox_name, production_name] = copies
        .each_ref()
        .map(|copy| format!("s{}Cookie", copy.port));
    let value = |name: &str| {
        let cookie = cookies.iter().find(|cookie| cookie.name() == name).unwrap();
        cookie.value().to_owned()
    };
    paste(&chromium, &production_name, &value(&sandbox_name)).await;
    chromium
        .open(&format!("{}?haveEnough=0", addresses[1]))
        .await;
    assert_eq!(chromium.seconds().await, 0, "a pasted cookie was taken");
    paste(&chromium, &production_name, &value(&production_name)).await;

    // Both survive a restart.
    let ports = copies.each_ref().map(|copy| copy.port);
    for copy in copies {
        assert_eq!(copy.stop().await, Some(0));
    }
    let flags = ["--bind", "127.0.0.1"];
    let _sandbox_copy = sandbox.serve_on(ports[0], &flags).await;
    let _production_copy = production.serve_on(ports[1], &flags).await;
    for (address, seconds) in addresses.iter().zip([2, 1]) {
        chromium.open(&format!("{address}?haveEnough=0")).await;
        assert_eq!(chromium.seconds().await, seconds);
    }
    chromium.close().await;
}

/// Gives a cookie of this host another value.
async fn paste(chromium: &Chromium, name: &str, value: &str) {
    let cookie = Cookie::build((name.to_owned(), value.to_owned()))
        .domain("localhost")
        .path("/")
        .secure(true)
        .http_only(true)
        .build();
    chromium.page.add_cookie(cookie).await.unwrap();
}
