//! The headers that keep a page to itself, on every answer of the program.

use crate::support::{Answer, TestApp, catalog};
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use std::{collections::BTreeSet, fs, path::Path, time::Duration};
use sweatbox::{config::StoreSetup, page::STYLE};
use tokio::{task::JoinSet, time::timeout};
use tower::ServiceExt;

/// Nothing from anywhere else, nothing inline, and frames of our own alone.
const EVERYWHERE: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
         connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; \
         form-action 'self'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "SAMEORIGIN"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];
/// The page of lesson 0410 that plays a foreign one: it frames nothing, and its form goes to
/// another port.
const ELSEWHERE: (&str, &str) = (
    "/0410/elsewhere",
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self' https:",
);
/// These act on the whole host, other students' ports included.
const NOWHERE: [&str; 2] = ["strict-transport-security", "clear-site-data"];
/// These know no visitor.
const WITHOUT_SESSION: [&str; 3] = ["/status.json", "/healthz", "/assets/"];

struct Got {
    method: Method,
    path: String,
    status: StatusCode,
    headers: HeaderMap,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_every_route_carries_the_headers() {
    let app = TestApp::on(StoreSetup::Memory).await;
    let mut asked = JoinSet::new();
    for path in every_path() {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            asked.spawn(ask(app.service.clone(), method, path.clone()));
        }
    }
    let mut with_session = 0;
    while let Some(got) = asked.join_next().await {
        let got = got.unwrap();
        check(&got);
        with_session += usize::from(is_a_visitor_s(&got));
    }
    assert!(with_session > 50, "{with_session} answers with a session");
}

#[tokio::test]
async fn refusals_and_panics_carry_the_headers_too() {
    let app = TestApp::on(StoreSetup::Memory).await;
    let visitor = app.visitor();
    let foreign = [("sec-fetch-site", "same-site")];
    let page = [("accept", "text/html")];
    let answers = [
        visitor.request(Method::POST, "/t/post", &foreign).await,
        visitor.request(Method::GET, "/nowhere", &page).await,
        visitor.request(Method::PUT, "/lessons", &page).await,
        visitor.get("/t/set-and-panic").await,
        visitor.get("/t/fill/70000").await,
    ];
    let statuses = answers.each_ref().map(|answer| answer.status.as_u16());
    assert_eq!(statuses, [403, 404, 405, 500, 413]);
    for Answer {
        status, headers, ..
    } in answers
    {
        let (method, path) = (Method::GET, format!("the answer {status}"));
        check(&Got {
            method,
            path,
            status,
            headers,
        });
    }
}

#[tokio::test]
async fn only_what_has_its_content_in_its_address_may_be_kept() {
    let app = TestApp::on(StoreSetup::Memory).await;
    let style = app.visitor().get(STYLE.href()).await.expect(200);
    let kept = "public, max-age=31536000, immutable";
    assert_eq!(style.headers[header::CACHE_CONTROL], kept);
    assert!(!style.headers.contains_key(header::SET_COOKIE));
    let status = app.visitor().get("/status.json").await.expect(200);
    assert_eq!(status.headers[header::CACHE_CONTROL], "no-store");
}

async fn ask(service: axum::Router, method: Method, path: String) -> Got {
    let request = Request::builder().method(&method).uri(&path);
    let request = request.body(Body::empty()).unwrap();
    // An event stream goes on: its head is all that is waited for.
    let answer = timeout(Duration::from_secs(60), service.oneshot(request)).await;
    let answer = answer.unwrap_or_else(|_| panic!("{method} {path} does not end"));
    let (parts, _) = answer.unwrap().into_parts();
    Got {
        method,
        path,
        status: parts.status,
        headers: parts.headers,
    }
}

fn check(got: &Got) {
    let Got {
        method,
        path,
        status,
        headers,
    } = got;
    let place = format!("{method} {path}: {status}: {headers:?}");
    for (name, value) in EVERYWHERE {
        let is_elsewhere = path == ELSEWHERE.0 && *status == StatusCode::OK;
        let value = match name {
            "content-security-policy" if is_elsewhere => ELSEWHERE.1,
            _ => value,
        };
        let values: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "{name} of {place}");
    }
    for name in NOWHERE {
        assert!(!headers.contains_key(name), "{place}");
    }
    let is_asset = path.starts_with("/assets/") && *status == StatusCode::OK;
    assert!(
        is_asset || headers[header::CACHE_CONTROL] == "no-store",
        "{place}"
    );
    if is_a_visitor_s(got) || headers.contains_key(header::SET_COOKIE) {
        let vary = headers.get_all(header::VARY).iter();
        let mut vary = vary.map(|value| value.to_str().unwrap().to_lowercase());
        assert!(vary.any(|value| value.contains("cookie")), "{place}");
    }
}

/// Whether a handler that knows its visitor has answered.
fn is_a_visitor_s(got: &Got) -> bool {
    let outside = WITHOUT_SESSION
        .iter()
        .any(|start| got.path.starts_with(start));
    !outside && (got.status.is_success() || got.status.is_redirection())
}

/// Every path that stands in the source, which are all routes and more, and each walkthrough.
fn every_path() -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    collect(Path::new("src"), &mut paths);
    for lesson in catalog() {
        paths.insert(lesson.endpoint.to_owned());
        paths.insert(format!("/lessons/{}", lesson.digits()));
    }
    assert!(paths.contains("/xray/events") && paths.contains("/0345/items/1"));
    assert!(paths.len() > 80, "{paths:?}");
    paths
}

fn collect(folder: &Path, paths: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file.is_dir() {
            collect(&file, paths);
            continue;
        }
        let text = fs::read_to_string(&file).unwrap_or_default();
        paths.extend(text.split('"').filter(|text| is_path(text)).map(filled));
    }
}

fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-{}".contains(c);
    text.starts_with('/') && text.chars().all(plain)
}

/// `/0345/items/{article}` with something in the place of each name.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.contains('{') {
        true => "1",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}
