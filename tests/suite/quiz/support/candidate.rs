//! A candidate with a session, and the paper that an attempt puts on the desk.

use super::{Caller, Events, json_of};
use crate::support::Answer;
use reqwest::Method;
use serde_json::{Value, json};

const ATTEMPT: &str = "/0390/api/attempt";

/// Somebody who has logged in.
#[derive(Clone)]
pub struct Candidate {
    pub name: String,
    pub caller: Caller,
}

/// A running attempt, as it was when it was looked at.
#[derive(Debug, Clone)]
pub struct Paper(pub Value);

impl Candidate {
    pub(super) fn new(name: &str, caller: Caller) -> Self {
        Self {
            name: name.to_owned(),
            caller,
        }
    }

    /// Another tab of the same browser: the same session, a connection of its own.
    pub fn another_tab(&self) -> Self {
        Self::new(&self.name, self.caller.connected_again())
    }

    /// Starts a new attempt.
    pub async fn starts(&self) -> Paper {
        Paper(json_of(&self.asks_to_start().await.expect(201)))
    }

    pub async fn asks_to_start(&self) -> Answer {
        self.caller.ask(Method::POST, ATTEMPT).await
    }

    /// Asks how the attempt stands.
    pub async fn looks(&self) -> Answer {
        self.caller.ask(Method::GET, ATTEMPT).await
    }

    /// The running attempt.
    pub async fn paper(&self) -> Paper {
        Paper(json_of(&self.looks().await.expect(200)))
    }

    /// Gives an answer, or takes it back with `None`.
    pub async fn answers(
        &self,
        question: &str,
        option: impl Into<Option<usize>>,
        revision: u64,
    ) -> Answer {
        let path = format!("{ATTEMPT}/answers/{question}");
        let option: Option<usize> = option.into();
        let body = json!({ "option": option, "revision": revision });
        self.caller.send(Method::PUT, &path, &body).await
    }

    /// Hands in the paper.
    pub async fn submits(&self) -> Answer {
        let path = format!("{ATTEMPT}/submit");
        self.caller.ask(Method::POST, &path).await
    }

    /// The evaluation, once there is one.
    pub async fn evaluation(&self) -> Value {
        let state = json_of(&self.looks().await.expect(200));
        assert_eq!(state["state"], "evaluated", "{state}");
        state["evaluation"].clone()
    }

    /// Opens an event stream.
    pub async fn listens(&self) -> Events {
        let path = "/0390/api/events";
        let response = self.caller.response(Method::GET, path, &[], String::new());
        Events::new(response.await)
    }
}

impl Paper {
    /// The id of the question in this place.
    pub fn id(&self, place: usize) -> &str {
        self.0["questions"][place]["id"].as_str().unwrap()
    }

    /// What is asked.
    pub fn questions(&self) -> &[Value] {
        self.0["questions"].as_array().unwrap()
    }

    /// Where the right option of the question in this place is.
    pub fn right(&self, place: usize) -> usize {
        right_option(&self.0["questions"][place])
    }

    /// Where a wrong one is.
    pub fn wrong(&self, place: usize) -> usize {
        (self.right(place) + 1) % 4
    }
}

/// The place of the right option in a question of `quiz_file`.
fn right_option(question: &Value) -> usize {
    let text = question["text"].as_str().unwrap();
    let number = text
        .trim_start_matches("Which number follows ")
        .trim_end_matches('?');
    let right = (number.parse::<u64>().unwrap() + 1).to_string();
    let options = question["options"].as_array().unwrap();
    options.iter().position(|option| *option == right).unwrap()
}
