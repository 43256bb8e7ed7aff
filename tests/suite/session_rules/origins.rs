//! Pages of other origins, another port of this host included (S15).

use super::{value, with_session};
use crate::support::{TestApp, on_every_store};
use reqwest::Method;
use std::time::Duration;

on_every_store! {
    posts_from_another_origin_are_refused
    a_foreign_image_gets_no_session_and_changes_nothing
}

async fn posts_from_another_origin_are_refused(app: TestApp) {
    let visitor = with_session(&app).await;
    let post = async |headers: &[(&str, &str)]| {
        let answer = visitor.request(Method::POST, "/t/post", headers).await;
        answer.status.as_u16()
    };
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(post(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(post(&[("sec-fetch-site", "cross-site")]).await, 403);
    let own = format!("https://localhost:{}", app.port);
    assert_eq!(post(&[("origin", &own)]).await, 200);
    assert_eq!(post(&[("origin", "https://localhost:41221")]).await, 403);
    assert_eq!(post(&[("origin", "null")]).await, 403);
    assert_eq!(post(&[]).await, 200);
    // Whatever the address, and whether it takes a POST or not.
    for path in ["/", "/nowhere", "/healthz"] {
        let foreign = [("sec-fetch-site", "same-site")];
        visitor
            .request(Method::POST, path, &foreign)
            .await
            .expect(403);
    }
}

async fn a_foreign_image_gets_no_session_and_changes_nothing(app: TestApp) {
    let visitor = app.visitor();
    assert_eq!(visitor.refresh().await.seconds(), 0);
    let image = [
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", "image"),
    ];
    for path in ["/", "/?haveEnough=1", "/t/set/a/foreign", "/t/logout"] {
        let answer = visitor.request(Method::GET, path, &image).await.expect(200);
        assert!(answer.set_cookies().is_empty(), "{path}");
        assert!(answer.took < Duration::from_secs(5), "{path} waited");
    }
    assert_eq!(value(&visitor, "wait").await, "0");
    assert_eq!(value(&visitor, "a").await, "none");
    let link = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let answer = visitor.request(Method::GET, "/", &link).await;
    assert_eq!(answer.seconds(), 1, "a followed link is the visitor's own");
}
