//! The proctor, whose authority is the owner token.

use super::{Caller, Events, json_of};
use crate::support::Answer;
use reqwest::Method;
use serde_json::Value;

/// Whoever watches over the quiz.
#[derive(Clone)]
pub struct Proctor {
    pub caller: Caller,
}

impl Proctor {
    pub(super) fn new(caller: Caller) -> Self {
        Self { caller }
    }

    /// The parameters as they are.
    pub async fn parameters(&self) -> Value {
        self.get("/0390/api/parameters").await
    }

    /// Changes some of the parameters.
    pub async fn sets(&self, change: Value) -> Value {
        json_of(&self.asks_to_set(change).await.expect(200))
    }

    pub async fn asks_to_set(&self, change: Value) -> Answer {
        let path = "/0390/api/parameters";
        self.caller.send(Method::PATCH, path, &change).await
    }

    /// Who is where.
    pub async fn attempts(&self) -> Value {
        self.get("/0390/api/attempts").await
    }

    /// Where this candidate is.
    pub async fn attempt_of(&self, name: &str) -> Value {
        let attempts = self.attempts().await;
        let mut all = attempts["attempts"].as_array().unwrap().iter();
        let found = all.find(|attempt| attempt["name"] == name);
        found
            .unwrap_or_else(|| panic!("no {name}: {attempts}"))
            .clone()
    }

    /// The same for everybody, live.
    pub async fn watches(&self) -> Events {
        let stream = [("accept", "text/event-stream")];
        let path = "/0390/api/attempts";
        let response = self
            .caller
            .response(Method::GET, path, &stream, String::new());
        Events::new(response.await)
    }

    /// Finished attempts, those included that are not in the database yet.
    pub async fn results(&self) -> Value {
        self.get("/0390/api/results").await
    }

    /// The results of this candidate.
    pub async fn results_of(&self, name: &str) -> Vec<Value> {
        let results = self.results().await;
        let all = results["results"].as_array().unwrap().iter();
        let own = all.filter(|result| result["name"] == name);
        own.cloned().collect()
    }

    /// The results for a spreadsheet.
    pub async fn csv(&self) -> Answer {
        let path = "/0390/api/results.csv";
        self.caller.ask(Method::GET, path).await.expect(200)
    }

    /// Lets the candidate's next session take over the running attempt.
    pub async fn releases(&self, name: &str) {
        let path = format!("/0390/api/attempts/{name}/release");
        let answer = self.caller.ask(Method::POST, &path).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    async fn get(&self, path: &str) -> Value {
        json_of(&self.caller.ask(Method::GET, path).await.expect(200))
    }
}
