//! One run with a copy of every kind: each is told what is wrong, and the good ones have full
//! marks before the slow ones are through.

use super::{Run, grade};
use crate::{
    grading_class::{free_ports, line, ports, prepare},
    support::{Folder, Hostile, Manner, Mistake, PlainServer, WrongCopy},
};
use axum::{
    Router,
    body::{Body, Bytes},
};
use futures_util::stream;
use std::{convert::Infallible, net::TcpListener};

const TLS: &str = "0340-reachable";
const JAR: &str = "0350-shared-jar";
const CHECKS: [&str; 4] = [TLS, "0340-first-visit", "0350-cookie-name", JAR];
/// What a copy does not pass that has a good certificate and no page.
const PAGES: &[&str] = &["0340-first-visit", "0350-cookie-name", JAR];

/// Copies at which nothing can be judged, and why, as the student reads it.
const UNREACHABLE: &[(&str, Manner, &str)] = &[
    ("plain", Manner::SpeaksPlainHttp, "not TLS: plain HTTP?"),
    ("noise", Manner::SendsNoise, "not TLS"),
    (
        "closes",
        Manner::ClosesAfterHandshake,
        "closed the connection",
    ),
    (
        "silent",
        Manner::NeverAnswers,
        "no answer within 10 seconds",
    ),
    (
        "silent2",
        Manner::NeverAnswersOverHttp2,
        "no answer within 10 seconds",
    ),
    (
        "slowhead",
        Manner::HeaderByteByByte,
        "no answer within 10 seconds",
    ),
];

/// Copies that answer, and pass nothing that asks for a page.
const WITHOUT_PAGES: &[(&str, Manner, &str)] = &[
    (
        "slowbody",
        Manner::BodyByteByByte,
        "no end within 10 seconds",
    ),
    ("endless", Manner::EndlessBody, "more than 256 KiB"),
    (
        "huge",
        Manner::HugeHeader,
        "header fields that are too many or too large",
    ),
    ("packed", Manner::Packed, "200 OK, packed by gzip"),
    (
        "loop",
        Manner::RedirectsToItself,
        "302 Found to https://localhost:",
    ),
    (
        "fails",
        Manner::Fails,
        "500 Internal Server Error: “It broke.”",
    ),
];

/// Copies with one mistake each, and the checks that it costs.
const MISTAKEN: &[(&str, Mistake, &[&str], &str)] = &[
    (
        "expired",
        Mistake::ExpiredCertificate,
        &[TLS],
        "valid from 2020-01-01 until 2020-02-01",
    ),
    (
        "other",
        Mistake::CertificateForAnotherHost,
        &[TLS],
        "one for class.example.org",
    ),
    (
        "cookies",
        Mistake::SetsManyCookies,
        &[JAR],
        "201 cookies with ",
    ),
];

/// A page over HTTP/2 that has no end.
fn endless() -> PlainServer {
    let chunk = Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 16 * 1024]));
    let page = async move || Body::from_stream(stream::repeat(chunk));
    PlainServer::start(Router::new().fallback(page))
}

#[tokio::test]
async fn every_kind_of_bad_copy_costs_its_own_student_alone() {
    let folder = Folder::new();
    let good = [Mistake::Nothing; 2].map(WrongCopy::start_pair);
    let [taken, _] = ports(&good[0]);
    let thief = WrongCopy::start_pair(Mistake::CookieNamedAfter(taken));
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let lure = Manner::RedirectsTo(elsewhere.local_addr().unwrap().port());
    let lures = Hostile::start_pair(lure).await;
    let endless = [endless(), endless()];
    // The good ones are first and last, so that whoever holds up the line holds up one of them.
    let mut lines = vec![
        line("ann", ports(&good[0])),
        line("thief", ports(&thief)),
        line("lures", lures.each_ref().map(|copy| copy.port)),
        line("endless2", endless.each_ref().map(|copy| copy.port)),
        line("closed", free_ports()),
    ];
    let mut hostile = Vec::new();
    for (student, manner, _) in [UNREACHABLE, WITHOUT_PAGES].concat() {
        let pair = Hostile::start_pair(manner).await;
        lines.push(line(student, pair.each_ref().map(|copy| copy.port)));
        hostile.push(pair);
    }
    let mistaken = MISTAKEN.iter().map(|(student, mistake, ..)| {
        let pair = WrongCopy::start_pair(*mistake);
        lines.push(line(student, ports(&pair)));
        pair
    });
    let _mistaken: Vec<_> = mistaken.collect();
    lines.push(line("zoe", ports(&good[1])));
    prepare(&folder, &lines, &CHECKS);

    let run = grade(&folder, &[]).await;

    for (student, _, says) in UNREACHABLE {
        expect_unreachable(&run, student, says);
    }
    expect_unreachable(&run, "closed", "nothing listens there");
    for (student, _, says) in WITHOUT_PAGES {
        expect_faults(&run, student, PAGES, says);
    }
    expect_faults(&run, "endless2", PAGES, "more than 256 KiB");
    expect_faults(&run, "lures", PAGES, "302 Found to https://127.0.0.1:");
    for (student, _, checks, says) in MISTAKEN {
        expect_faults(&run, student, checks, says);
    }
    let named = ["0350-cookie-name", JAR];
    expect_faults(&run, "thief", &named, &format!("s{taken}Cookie"));
    let visited = elsewhere.accept().map(|_| "a visitor of the lured");
    assert!(visited.is_err(), "{visited:?}");
    for student in ["ann", "zoe"] {
        run.expect_full_marks(student);
        for slow in ["silent", "silent2", "slowhead", "slowbody"] {
            assert!(run.place_of(student) < run.place_of(slow), "{:?}", run.told);
        }
    }
    run.expect_memory_below(300);
}

#[track_caller]
fn expect_unreachable(run: &Run, login: &str, says: &str) {
    let student = run.student(login);
    assert_eq!(student["state"], "unreachable", "{student}");
    assert_eq!(student["score"], 0.0, "{student}");
    assert_faults(run, login, &CHECKS, says);
}

/// That these checks are not passed, each because of this, and the others are.
#[track_caller]
fn expect_faults(run: &Run, login: &str, checks: &[&str], says: &str) {
    let student = run.student(login);
    assert_eq!(student["state"], "graded", "{student}");
    let passed = CHECKS.len() - checks.len();
    assert_eq!(student["score"], 2.5 * passed as f64, "{student}");
    assert_faults(run, login, checks, says);
}

#[track_caller]
fn assert_faults(run: &Run, login: &str, checks: &[&str], says: &str) {
    let faults = run.faults(login);
    let failed: Vec<_> = faults.iter().map(|(check, _)| *check).collect();
    assert_eq!(failed, checks, "{login}: {faults:?}");
    for (check, came) in faults {
        assert!(came.contains(says), "{login}, {check}: {came}");
    }
}

#[tokio::test]
async fn whoever_goes_on_and_on_is_cut_off_by_the_limit() {
    let folder = Folder::new();
    let good = WrongCopy::start_pair(Mistake::Nothing);
    let slow = Hostile::start_pair(Manner::BodyByteByByte).await;
    let lines = [
        line("slow", slow.each_ref().map(|copy| copy.port)),
        line("zoe", ports(&good)),
    ];
    prepare(&folder, &lines, &["0340-first-visit"]);
    let run = grade(&folder, &["--limit", "3"]).await;
    let [(_, came)] = run.faults("slow")[..] else {
        panic!("{}", run.report);
    };
    assert!(came.starts_with("no end within 3 seconds"), "{came}");
    run.expect_full_marks("zoe");
}
