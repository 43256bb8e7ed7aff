//! The pages in a real browser: for eyes, for keys, with scripts and without.

use crate::support::{Chromium, TestApp, eventually};
use serde_json::json;
use std::{path::Path, time::Duration};

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
    for _ in 0..6 {
        press(&chromium, "Tab").await;
        order.push(chromium.run(focused).await);
    }
    let expected = [
        "Skip to the content",
        "sweatbox 41220",
        "Lessons",
        "X-ray",
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
