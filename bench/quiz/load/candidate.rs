//! A candidate: one session, one attempt, one event stream.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, Response, header::CONTENT_TYPE};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Somebody who takes part.
pub(crate) struct Candidate {
    client: Client,
    base: String,
    session: String,
    /// Id and number of options of each question.
    questions: Vec<(String, usize)>,
    revision: u64,
    events: Option<Response>,
}

impl Candidate {
    /// Logs in under a name of its own.
    pub(crate) async fn log_in(client: Client, base: String, number: usize) -> Result<Self> {
        let mut candidate = Self {
            client,
            base,
            session: String::new(),
            questions: Vec::new(),
            revision: 0,
            events: None,
        };
        let login = json!({ "name": format!("Candidate {number}"), "pin": "2468" });
        let answer = candidate.call(Method::POST, "login", Some(&login)).await?;
        let id = answer["session_id"].as_str().context("no session_id")?;
        candidate.session = id.to_owned();
        Ok(candidate)
    }

    /// Starts the attempt and opens the event stream.
    pub(crate) async fn start(mut self) -> Result<Self> {
        let attempt = self.call(Method::POST, "attempt", None).await?;
        for question in attempt["questions"].as_array().context("no questions")? {
            let id = question["id"].as_str().context("no id")?.to_owned();
            let options = question["options"].as_array().context("no options")?.len();
            self.questions.push((id, options));
        }
        self.events = Some(self.send(Method::GET, "events", None).await?);
        Ok(self)
    }

    /// Saves the next answer; how long that took.
    pub(crate) async fn save(&mut self) -> Result<Duration> {
        self.revision += 1;
        let turn = self.revision as usize;
        let (question, options) = &self.questions[turn % self.questions.len()];
        let body = json!({ "option": turn % options, "revision": self.revision });
        let path = format!("attempt/answers/{question}");
        let start = Instant::now();
        self.call(Method::PUT, &path, Some(&body)).await?;
        Ok(start.elapsed())
    }

    /// The stream, to be read elsewhere.
    pub(crate) fn take_events(&mut self) -> Result<Response> {
        self.events.take().context("no event stream")
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let response = self.send(method, path, body).await?;
        let text = response.text().await?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response> {
        let address = format!("{}/0390/api/{path}", self.base);
        let mut request = self.client.request(method, address);
        if !self.session.is_empty() {
            request = request.header("session-id", &self.session);
        }
        if let Some(body) = body {
            let json = request.header(CONTENT_TYPE, "application/json");
            request = json.body(body.to_string());
        }
        let response = request.send().await?;
        let status = response.status();
        ensure!(status.is_success(), "{path}: {status}");
        Ok(response)
    }
}
