//! The token that opens the desk, and everything that it is needed for.

use super::class_of_two;
use crate::support::Desk;
use reqwest::Method;
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt};

#[tokio::test]
async fn everything_but_the_empty_page_needs_the_token() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let stranger = desk.copy.visitor();
    let page = stranger.get("/").await.expect(200);
    assert!(!page.text.contains("Ann Lee") && !page.text.contains("@school"));
    assert_eq!(page.headers["cross-origin-opener-policy"], "same-origin");
    let nothing = json!({});
    for (method, path) in [
        (Method::GET, "/api/rows"),
        (Method::POST, "/api/check"),
        (Method::PUT, "/api/scores/ann"),
        (Method::GET, "/api/cookies"),
        (Method::POST, "/api/forget"),
        (Method::GET, "/api/exports/grades.csv"),
    ] {
        for token in ["", "Bearer ", "Bearer x"] {
            let headers = [("authorization", token), ("if-match", "\"0\"")];
            let refused = stranger.send(method.clone(), path, &headers, &nothing);
            let refused = refused.await.expect(401);
            assert_eq!(refused.headers["www-authenticate"], "Bearer", "{path}");
            assert!(refused.set_cookies().is_empty(), "{path}");
            assert!(!refused.text.contains("Lee"), "{path}");
        }
        let theirs = desk.ask(method, path, &[], &nothing).await;
        assert_ne!(theirs.status, 401, "{path}");
    }
    stranger.get("/api/nothing").await.expect(404);
}

#[tokio::test]
async fn the_token_is_handed_over_in_a_private_file_and_gone_at_the_end() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let mode = fs::metadata(&desk.note).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let start = format!("https://localhost:{}/#token=", desk.copy.port);
    assert!(desk.link.starts_with(&start), "{}", desk.link);
    let printed = desk.copy.log();
    assert!(!printed.contains(desk.token()), "{printed}");
    let note = desk.note.file_name().unwrap().to_str().unwrap();
    assert!(printed.contains(note), "{printed}");
    assert!(printed.contains("desk for 2 students"), "{printed}");
    let note = desk.note.clone();
    assert_eq!(desk.copy.stop().await, Some(0));
    assert!(!note.exists());
}

#[tokio::test]
async fn a_page_of_another_port_changes_nothing_even_with_the_token() {
    let folder = class_of_two();
    let desk = Desk::start(&folder, &[]).await;
    let foreign = [("sec-fetch-site", "same-site")];
    let forget = json!({ "from": 0 });
    let sent = desk.ask(Method::POST, "/api/forget", &foreign, &forget);
    let refused = sent.await.expect(403);
    assert!(refused.set_cookies().is_empty());
}
