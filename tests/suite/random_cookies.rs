//! Cookies that nobody has set: they find nobody, and cost nothing that stays.

use crate::support::{Dice, Folder, TestApp, alone};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
    routing::get,
};
use reqwest::Method;
use std::{fs, process};
use sweatbox::{
    config::StoreSetup,
    middleware::middleware,
    sessions::{Carried, SessionCookie, Visitor, attach},
};
use time::Duration;
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_sessions::session::Id;

/// Before anything is measured: whatever is made once has been made.
const WARM_UP: usize = 20_000;
const REQUESTS: usize = 80_000;
/// Fifty bytes a request; a session, a lock or a ring that stayed would be more.
const GROWTH: u64 = 4 * 1024 * 1024;
/// Over TLS, with what the allocator keeps for the next connection.
const GROWTH_OVER_TLS: u64 = 8 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes its time: scripts/test"]
async fn a_hundred_thousand_random_cookies_find_nobody_and_leave_nothing() {
    let name = "a_hundred_thousand_random_cookies_find_nobody_and_leave_nothing";
    if alone(&format!("random_cookies::{name}")).is_some() {
        return;
    }
    let app = TestApp::on(StoreSetup::Memory).await;
    let somebody = app.visitor();
    somebody.get("/t/set/a/1").await.expect(200);
    let good = somebody.cookies().concat();
    let sessions = app.sessions.clone();
    let layer = middleware(move |request, inner| attach(sessions.clone(), request, inner));
    let service = Router::new().route("/", get(who)).route_layer(layer);
    let forger = Forger {
        cookie: SessionCookie::new(&app.identity, None),
        good: good.clone(),
    };
    send_all(&service, &forger, WARM_UP).await;
    let before = resident(process::id());
    send_all(&service, &forger, REQUESTS).await;
    let grown = resident(process::id()).saturating_sub(before);
    assert!(grown < GROWTH, "{grown} bytes more than before");
    assert_eq!(app.sessions.in_flight(), 0);
    assert_eq!(app.store().count().await.unwrap(), 1);
    assert_eq!(answer(&service, good.as_bytes()).await, StatusCode::OK);
}

#[tokio::test]
async fn two_thousand_random_cookies_over_tls_find_nobody_and_leave_nothing() {
    let folder = Folder::new();
    let copy = folder.serve().await;
    let somebody = copy.visitor();
    somebody.refresh().await.expect(200);
    assert_eq!(somebody.refresh().await.seconds(), 1);
    let name = format!("s{}Cookie", copy.port);
    let good = format!("{name}={}", somebody.cookie(&name).unwrap());
    let mut dice = Dice::new(1);
    let nobody = copy.visitor();
    let mut before = 0;
    for number in 0..2_000 {
        if number == 500 {
            before = resident(copy.process.id());
        }
        let cookie = damaged(&good, &mut dice);
        let headers = [("cookie", &*cookie)];
        let answer = nobody.request(Method::GET, "/?haveEnough=0", &headers);
        let answer = answer.await.expect(200);
        assert_eq!(answer.seconds(), 0);
        assert_eq!(answer.set_cookies(), Vec::<&str>::new(), "{cookie}");
    }
    let grown = resident(copy.process.id()).saturating_sub(before);
    assert!(grown < GROWTH_OVER_TLS, "{grown} bytes more than before");
    assert_eq!(
        somebody.get("/?haveEnough=0").await.expect(200).seconds(),
        1
    );
}

/// 200 to somebody with a session, 204 to nobody.
async fn who(visitor: Visitor) -> StatusCode {
    match visitor.has_session() {
        true => StatusCode::OK,
        false => StatusCode::NO_CONTENT,
    }
}

/// Makes cookies that nobody has set.
#[derive(Clone)]
struct Forger {
    cookie: SessionCookie,
    /// `name=value` of somebody's session.
    good: String,
}

impl Forger {
    fn forge(&self, dice: &mut Dice) -> Vec<u8> {
        match dice.below(6) {
            // Any byte that a header may hold.
            0 => (0..dice.below(300))
                .map(|_| 0x80 | dice.number() as u8)
                .collect(),
            // Signed as it should be, and the id of no session.
            1 => {
                let (id, session) = (Id::default(), None);
                let set = self.cookie.set(&Carried { id, session }, Duration::HOUR);
                set.as_bytes()
                    .split(|byte| *byte == b';')
                    .next()
                    .unwrap()
                    .to_vec()
            }
            // Two that are good: nobody can tell which one was meant.
            2 => [&*self.good, "; ", &*self.good].concat().into_bytes(),
            _ => damaged(&self.good, dice).into_bytes(),
        }
    }
}

/// A good cookie after an accident, as text.
fn damaged(good: &str, dice: &mut Dice) -> String {
    let (name, value) = good.split_once('=').unwrap();
    let letter = |dice: &mut Dice| char::from(b'!' + dice.below(94) as u8);
    match dice.below(5) {
        0 => good[..dice.below(good.len())].to_owned(),
        1 => {
            let at = dice.below(value.len());
            // No `%`, so never the one that was there.
            let (before, after) = (&value[..at], &value[at + 1..]);
            format!("{name}={before}%{after}")
        }
        2 => {
            let letters: String = (0..dice.below(200)).map(|_| letter(dice)).collect();
            format!("{name}={letters}")
        }
        3 => (0..dice.below(200)).map(|_| letter(dice)).collect(),
        _ => {
            let others = (0..180).map(|other| format!("s{other}Cookie={value}; "));
            others.collect::<String>() + name + "=" + &value.to_uppercase()
        }
    }
}

async fn send_all(service: &Router, forger: &Forger, requests: usize) {
    let mut senders = JoinSet::new();
    for seed in 0..2 {
        let (service, forger) = (service.clone(), forger.clone());
        senders.spawn(async move {
            let mut dice = Dice::new(requests as u64 + seed);
            for _ in 0..requests / 2 {
                let cookie = forger.forge(&mut dice);
                let status = answer(&service, &cookie).await;
                assert_eq!(status, StatusCode::NO_CONTENT, "{}", cookie.escape_ascii());
            }
        });
    }
    while let Some(ended) = senders.join_next().await {
        ended.unwrap();
    }
}

async fn answer(service: &Router, cookie: &[u8]) -> StatusCode {
    let value = HeaderValue::from_bytes(cookie).unwrap();
    let request = Request::get("/").header(header::COOKIE, value);
    let request = request.body(Body::empty()).unwrap();
    service.clone().oneshot(request).await.unwrap().status()
}

/// How much memory a process has in use, in bytes.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<u64>().unwrap() * 1024
}
