//! Every way to be refused, with the status and the reason.

use super::support::{Caller, Candidate, Paper, Proctor, Quiz, expect_refusal, quiz_file};
use crate::support::Answer;
use reqwest::Method;
use serde_json::{Value, json};

/// Calls that need a session.
const OWN: [(&str, &str); 5] = [
    ("POST", "/0390/api/attempt"),
    ("GET", "/0390/api/attempt"),
    ("PUT", "/0390/api/attempt/answers/any"),
    ("POST", "/0390/api/attempt/submit"),
    ("GET", "/0390/api/events"),
];

/// Calls that need the owner token.
const PROCTORS: [(&str, &str); 6] = [
    ("GET", "/0390/api/parameters"),
    ("PATCH", "/0390/api/parameters"),
    ("GET", "/0390/api/attempts"),
    ("POST", "/0390/api/attempts/Ann/release"),
    ("GET", "/0390/api/results"),
    ("GET", "/0390/api/results.csv"),
];

/// Sends what the call needs apart from authority.
async fn call(caller: &Caller, (method, path): (&str, &str)) -> Answer {
    let parsed: Method = method.parse().unwrap();
    let answer = json!({ "option": 0, "revision": 1 });
    match method {
        "PUT" => caller.send(parsed, path, &answer).await,
        "PATCH" => caller.send(parsed, path, &json!({})).await,
        _ => caller.ask(parsed, path).await,
    }
}

/// Goes through the refusals of every call: the document's test does so as well.
pub(super) async fn every_refusal(quiz: &Quiz) {
    refusals_without_authority(quiz).await;
    let ann = quiz.candidate("Refused Ann").await;
    let paper = ann.starts().await;
    let (login, save) = (BodyOf::login(quiz), BodyOf::save(&ann, &paper));
    let change = BodyOf::change(&quiz.proctor());
    for body in [login, save, change] {
        refusals_of_bodies(&body).await;
    }
    refusals_of_what_a_login_says(quiz).await;
    refusals_of_answers(&ann, &paper).await;
    refusals_of_parameters(&quiz.proctor()).await;
    ann.submits().await.expect(200);
    expect_refusal(ann.answers(paper.id(0), 0, 1).await, 410, "");
}

#[tokio::test]
async fn whoever_is_refused_is_told_why_and_nothing_changes() {
    let quiz = Quiz::start().await;
    let before = quiz.proctor().parameters().await;
    every_refusal(&quiz).await;
    assert_eq!(quiz.proctor().parameters().await, before);
    assert!(quiz.exchanges().iter().all(|one| one.status < 500));
}

async fn refusals_without_authority(quiz: &Quiz) {
    let made_up = "00000000-0000-4000-8000-000000000000";
    let stranger = quiz.stranger();
    let odd = stranger.clone().showing("session-id", "'; --");
    for endpoint in OWN {
        let made_up = stranger.clone().showing("session-id", made_up);
        for caller in [&stranger, &made_up, &odd] {
            let answer = call(caller, endpoint).await;
            let way_in = answer.headers.get("www-authenticate").cloned();
            assert_eq!(way_in.unwrap(), "SessionId", "{endpoint:?}");
            expect_refusal(answer, 401, "");
        }
    }
    // A candidate's id gives no power over the others.
    let candidate = quiz.candidate("No Proctor").await.caller;
    let wrong = stranger.clone().showing("authorization", "Bearer wrong");
    let basic = format!("Basic {}", quiz.token());
    let basic = stranger.clone().showing("authorization", &basic);
    for endpoint in PROCTORS {
        for caller in [&stranger, &candidate, &wrong, &basic] {
            let answer = call(caller, endpoint).await;
            // Which way leads in has to be said (RFC 9110, section 15.5.2).
            assert!(
                answer.headers.contains_key("www-authenticate"),
                "{endpoint:?}"
            );
            expect_refusal(answer, 401, "");
        }
    }
}

/// A call with a body: who sends it where, and what would be right.
struct BodyOf {
    caller: Caller,
    method: Method,
    path: String,
    good: Value,
}

impl BodyOf {
    fn login(quiz: &Quiz) -> Self {
        let good = json!({ "name": "Ben", "pin": "2468" });
        Self::new(&quiz.stranger(), Method::POST, "/0390/api/login", good)
    }

    fn save(candidate: &Candidate, paper: &Paper) -> Self {
        let path = format!("/0390/api/attempt/answers/{}", paper.id(0));
        let good = json!({ "option": 0, "revision": 1 });
        Self::new(&candidate.caller, Method::PUT, &path, good)
    }

    fn change(proctor: &Proctor) -> Self {
        let good = json!({ "open": true, "draw": 10 });
        Self::new(&proctor.caller, Method::PATCH, "/0390/api/parameters", good)
    }

    fn new(caller: &Caller, method: Method, path: &str, good: Value) -> Self {
        Self {
            caller: caller.clone(),
            method,
            path: path.to_owned(),
            good,
        }
    }

    async fn send(&self, body: &Value) -> Answer {
        self.caller
            .send(self.method.clone(), &self.path, body)
            .await
    }

    async fn send_as(&self, content_type: &str, text: &str) -> Answer {
        let headers = [("content-type", content_type)];
        let call = self
            .caller
            .send_text(self.method.clone(), &self.path, &headers, text.into());
        call.await
    }
}

/// What is no such object, whatever it says: 415, 400, 413, 422.
async fn refusals_of_bodies(body: &BodyOf) {
    let text = body.good.to_string();
    expect_refusal(body.send_as("text/plain", &text).await, 415, "");
    let form = "application/x-www-form-urlencoded";
    expect_refusal(body.send_as(form, "name=Ben").await, 415, "");
    let json = "application/json";
    for broken in ["", "{", "{\"a\": }", "not JSON"] {
        expect_refusal(body.send_as(json, broken).await, 400, "");
    }
    let large = format!("{}{text}", " ".repeat(4096));
    expect_refusal(body.send_as(json, &large).await, 413, "");
    for other in [json!([]), json!("text"), json!(null)] {
        expect_refusal(body.send(&other).await, 422, "");
    }
    let mut more = body.good.clone();
    more["surprise"] = json!(1);
    expect_refusal(body.send(&more).await, 422, "surprise");
    for field in body.good.as_object().unwrap().keys() {
        let mut wrong = body.good.clone();
        wrong[field] = json!({ "an": "object" });
        expect_refusal(body.send(&wrong).await, 422, field);
    }
}

async fn refusals_of_what_a_login_says(quiz: &Quiz) {
    let long = "n".repeat(61);
    for name in ["", "   ", &long, "a\nb", "a\u{0}b", "a\u{7f}"] {
        expect_refusal(quiz.asks_to_log_in(name, "2468").await, 422, "name");
    }
    for pin in ["", "123", &"9".repeat(65)] {
        expect_refusal(quiz.asks_to_log_in("Ben", pin).await, 422, "pin");
    }
    let login = BodyOf::login(quiz);
    expect_refusal(login.send(&json!({ "name": "Ben" })).await, 422, "pin");
    expect_refusal(login.send(&json!({ "pin": "2468" })).await, 422, "name");
    // The limits themselves are within, counted in characters.
    let (name, pin) = ("ä".repeat(60), "ö".repeat(64));
    quiz.asks_to_log_in(&name, &pin).await.expect(200);
}

async fn refusals_of_answers(candidate: &Candidate, paper: &Paper) {
    let id = paper.id(0);
    expect_refusal(candidate.answers("no-such-question", 0, 1).await, 404, "");
    expect_refusal(candidate.answers(id, 4, 1).await, 422, "option");
    expect_refusal(candidate.answers(id, 0, 1_000_001).await, 422, "revision");
    let save = BodyOf::save(candidate, paper);
    for (field, value) in [
        ("option", json!(-1)),
        ("option", json!(0.5)),
        ("option", json!("0")),
        ("revision", json!(-1)),
        ("revision", json!(null)),
        ("revision", json!(1e30)),
    ] {
        let mut body = save.good.clone();
        body[field] = value;
        expect_refusal(save.send(&body).await, 422, field);
    }
    expect_refusal(save.send(&json!({ "option": 0 })).await, 422, "revision");
    expect_refusal(candidate.answers(id, 0, 0).await, 409, "");
    assert_eq!(candidate.paper().await.0["revision"], 0);
}

async fn refusals_of_parameters(proctor: &Proctor) {
    for (field, value) in [
        ("duration_seconds", json!(9)),
        ("duration_seconds", json!(86_401)),
        ("duration_seconds", json!(-600)),
        ("duration_seconds", json!("600")),
        ("extra_seconds", json!({ "Ann": 86_401 })),
        ("extra_seconds", json!({ "Ann": -86_401 })),
        ("extra_seconds", json!({ "Ann": "60" })),
        ("extra_seconds", json!([60])),
        ("attempts", json!(0)),
        ("attempts", json!(101)),
        ("draw", json!(0)),
        ("draw", json!(13)),
        ("open", json!("yes")),
    ] {
        // What stands beside it is not changed either.
        let change = json!({ "attempts": 99, "draw": 9, field: value });
        expect_refusal(proctor.asks_to_set(change).await, 422, field);
    }
    let nobody = proctor
        .caller
        .ask(Method::POST, "/0390/api/attempts/Nobody/release");
    expect_refusal(nobody.await, 404, "");
}

#[tokio::test]
async fn a_closed_quiz_starts_nothing_and_ends_nothing() {
    let quiz = Quiz::of(&quiz_file("candidates = \"open\"\nopen = false")).await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    expect_refusal(ann.asks_to_start().await, 403, "open");
    proctor.sets(json!({ "open": true })).await;
    let paper = ann.starts().await;
    proctor.sets(json!({ "open": false })).await;
    ann.answers(paper.id(0), 0, 1).await.expect(200);
    ann.asks_to_start().await.expect(200);
    expect_refusal(
        quiz.candidate("Bob").await.asks_to_start().await,
        403,
        "open",
    );
}

#[tokio::test]
async fn a_page_of_another_origin_can_neither_answer_nor_change_anything() {
    let quiz = Quiz::start().await;
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    let paper = ann.starts().await;
    let foreign = |caller: &Caller| caller.clone().showing("origin", "https://localhost:1");
    let mut save = BodyOf::save(&ann, &paper);
    save.caller = foreign(&ann.caller);
    save.send(&save.good).await.expect(403);
    let mut change = BodyOf::change(&proctor);
    change.caller = foreign(&proctor.caller);
    change.send(&change.good).await.expect(403);
    assert_eq!(ann.paper().await.0["revision"], 0);
}
