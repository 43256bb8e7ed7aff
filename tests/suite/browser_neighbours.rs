//! Several ports of one host in one real browser: copies of a student, and pages of others.

use crate::support::{Chromium, Folder, PlainServer, TestApp, eventually, shared_mariadb};
use axum::{Router, response::Html, routing::get};
use fantoccini::cookies::Cookie;
use serde_json::json;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
#[ignore = "needs Chromium: scripts/test"]
async fn an_image_and_a_form_on_another_port_do_nothing() {
    let app = TestApp::on_sqlite().await;
    let copy = format!("https://localhost:{}", app.port);
    let page = Html(format!(
        "<!DOCTYPE html><title>foreign</title><img src='{copy}/'><iframe src='{copy}/'></iframe>\
         <form method=post action='{copy}/t/post'><button>post</button></form>"
    ));
    let foreign = PlainServer::start(Router::new().route("/", get(async move || page)));
    let foreign = format!("https://localhost:{}/", foreign.port);
    let chromium = Chromium::start().await;
    chromium.open(&format!("{copy}/")).await;
    chromium.follow("I can wait longer.").await;
    assert_eq!(chromium.seconds().await, 1);
    for _ in 0..3 {
        chromium.open(&foreign).await;
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

    chromium.open(&foreign).await;
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
