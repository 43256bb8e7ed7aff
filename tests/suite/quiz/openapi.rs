//! The document that the program serves, held against the program that runs: whoever writes a
//! client by it must not be surprised.

use super::{
    refusals::every_refusal,
    support::{Exchange, Quiz, expect_refusal, json_of},
};
use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const DOCUMENT: &str = "/0390/api/openapi.json";

/// The calls of the contract.
const CALLS: [(&str, &str); 13] = [
    ("post", "/0390/api/login"),
    ("post", "/0390/api/attempt"),
    ("get", "/0390/api/attempt"),
    ("put", "/0390/api/attempt/answers/{question}"),
    ("post", "/0390/api/attempt/submit"),
    ("get", "/0390/api/events"),
    ("get", "/0390/api/parameters"),
    ("patch", "/0390/api/parameters"),
    ("get", "/0390/api/attempts"),
    ("post", "/0390/api/attempts/{name}/release"),
    ("get", "/0390/api/results"),
    ("get", "/0390/api/results.csv"),
    ("get", DOCUMENT),
];

/// The OpenAPI document.
struct Document(Value);

impl Document {
    async fn of(quiz: &Quiz) -> Self {
        let answer = quiz.stranger().ask(Method::GET, DOCUMENT).await.expect(200);
        Self(json_of(&answer))
    }

    /// What the document says of the answer that this call got.
    fn response_to(&self, exchange: &Exchange) -> &Value {
        let call = call_of(exchange);
        let operation = &self.0["paths"][call.1][call.0];
        let response = &operation["responses"][exchange.status.to_string()];
        assert!(response.is_object(), "undocumented: {exchange:?}");
        match response["$ref"].as_str() {
            Some(reference) => self.behind(reference),
            None => response,
        }
    }

    fn behind(&self, reference: &str) -> &Value {
        let found = self.0.pointer(reference.trim_start_matches('#'));
        found.unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    /// Judges bodies of JSON like this one.
    fn validator(&self, exchange: &Exchange) -> Validator {
        let content = &self.response_to(exchange)["content"];
        let schema = &content["application/json"]["schema"];
        assert!(schema.is_object(), "no schema: {exchange:?}");
        let schema = self.closed(schema, false);
        jsonschema::validator_for(&schema).unwrap()
    }

    /// A schema without references, in which a field that it does not name is a mistake. A
    /// `part` of another one leaves that to the whole.
    fn closed(&self, schema: &Value, part: bool) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.closed(self.behind(reference), part);
        }
        let Value::Object(fields) = schema else {
            return schema.clone();
        };
        let whole = fields.contains_key("properties") || fields.contains_key("allOf");
        let of_part = |value: &Value| self.closed(value, part || whole);
        let own = |(name, value): (&String, &Value)| (name.clone(), self.closed(value, false));
        let close = |(key, value): (&String, &Value)| {
            let value = match (&**key, value) {
                ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                    parts.iter().map(of_part).collect()
                }
                ("properties", Value::Object(fields)) => {
                    Value::Object(fields.iter().map(own).collect())
                }
                ("items" | "additionalProperties", value) => self.closed(value, false),
                (_, value) => value.clone(),
            };
            (key.clone(), value)
        };
        let mut closed: Map<String, Value> = fields.iter().map(close).collect();
        if whole && !part {
            closed.insert("unevaluatedProperties".into(), json!(false));
        }
        Value::Object(closed)
    }
}

/// The call of the contract that was made.
fn call_of(exchange: &Exchange) -> (&'static str, &'static str) {
    let fits = |pattern: &str| {
        let (mut parts, mut asked) = (pattern.split('/'), exchange.path.split('/'));
        pattern.split('/').count() == exchange.path.split('/').count()
            && parts.all(|part| asked.next() == Some(part) || part.starts_with('{'))
    };
    let mut calls = CALLS.into_iter();
    let found =
        calls.find(|(method, path)| exchange.method.eq_ignore_ascii_case(method) && fits(path));
    found.unwrap_or_else(|| panic!("no such call: {exchange:?}"))
}

/// One of each call that goes well.
async fn every_success(quiz: &Quiz) {
    let (ann, proctor) = (quiz.candidate("Ann").await, quiz.proctor());
    expect_refusal(ann.looks().await, 404, "");
    expect_refusal(ann.submits().await, 404, "");
    let paper = ann.starts().await;
    ann.asks_to_start().await.expect(200);
    ann.answers(paper.id(0), 1, 1).await.expect(200);
    ann.answers(paper.id(1), None, 2).await.expect(200);
    ann.looks().await.expect(200);
    let second = quiz.candidate("Ann").await;
    expect_refusal(second.looks().await, 423, "");
    proctor
        .sets(json!({ "extra_seconds": { "Ann": 60, "Bob": -60 } }))
        .await;
    proctor.attempts().await;
    proctor.parameters().await;
    proctor.releases("Ann").await;
    ann.submits().await.expect(200);
    ann.looks().await.expect(200);
    proctor.attempts().await;
    assert_eq!(proctor.results_of("Ann").await.len(), 1);
    proctor.csv().await;
}

#[tokio::test]
async fn the_document_lists_the_calls_of_the_contract_and_no_others() {
    let quiz = Quiz::start().await;
    let document = Document::of(&quiz).await;
    assert!(document.0["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut documented = Vec::new();
    for (path, operations) in document.0["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            // Fields of a path that are no calls.
            if operation["responses"].is_object() {
                documented.push((method.clone(), path.clone()));
            }
        }
    }
    for (method, path) in CALLS.iter().filter(|(_, path)| *path != DOCUMENT) {
        let call = (method.to_string(), path.to_string());
        assert!(
            documented.contains(&call),
            "{call:?} is not in the document"
        );
    }
    let own = |call: &(String, String)| CALLS.contains(&(&*call.0, &*call.1));
    assert!(documented.iter().all(own), "{documented:?}");
}

#[tokio::test]
async fn a_documented_path_takes_the_documented_methods_and_no_others() {
    let quiz = Quiz::start().await;
    let document = Document::of(&quiz).await;
    for (path, operations) in document.0["paths"].as_object().unwrap() {
        // No call is by this method, and the refusal names those that the path takes.
        let refused = quiz.stranger().ask(Method::DELETE, path).await.expect(405);
        let allowed = refused.headers["allow"].to_str().unwrap().to_lowercase();
        // HEAD comes with every GET.
        let allowed = allowed.split(',').filter(|method| *method != "head");
        let allowed: BTreeSet<_> = allowed.collect();
        let documented = operations.as_object().unwrap().keys();
        let documented: BTreeSet<_> = documented.map(String::as_str).collect();
        assert_eq!(allowed, documented, "{path}");
    }
}

#[tokio::test]
async fn every_answer_is_of_a_documented_status_and_of_its_documented_shape() {
    let quiz = Quiz::start().await;
    every_success(&quiz).await;
    every_refusal(&quiz).await;
    let document = Document::of(&quiz).await;
    let mut judged = 0;
    for exchange in quiz.exchanges().iter().filter(|one| one.path != DOCUMENT) {
        let content = &document.response_to(exchange)["content"];
        let documented = content[&exchange.content_type].is_object();
        assert!(documented || exchange.text.is_empty(), "{exchange:?}");
        if exchange.content_type != "application/json" {
            continue;
        }
        let (validator, body) = (document.validator(exchange), body_of(exchange));
        let mistakes = validator
            .iter_errors(&body)
            .map(|mistake| mistake.to_string());
        assert_eq!(
            mistakes.collect::<Vec<_>>(),
            Vec::<String>::new(),
            "{exchange:?}"
        );
        judged += 1;
    }
    assert!(judged > 100, "only {judged}");
}

#[tokio::test]
async fn a_field_that_is_not_documented_or_is_missing_is_noticed() {
    let quiz = Quiz::start().await;
    every_success(&quiz).await;
    let document = Document::of(&quiz).await;
    for exchange in quiz.exchanges().iter().filter(|one| one.path != DOCUMENT) {
        if exchange.content_type != "application/json" {
            continue;
        }
        let (validator, body) = (document.validator(exchange), body_of(exchange));
        let mut more = body.clone();
        more["surprise"] = json!(1);
        assert!(!validator.is_valid(&more), "{exchange:?}");
        // What a refusal says beside its reason depends on the reason.
        let first = body.as_object().unwrap().keys().next();
        if let Some(first) = first.filter(|_| exchange.status < 300) {
            let mut less = body.clone();
            less.as_object_mut().unwrap().remove(first);
            assert!(
                !validator.is_valid(&less),
                "without `{first}`: {exchange:?}"
            );
        }
    }
}

fn body_of(exchange: &Exchange) -> Value {
    serde_json::from_str(&exchange.text).unwrap()
}
