//! What a copy says of itself in `/status.json`: heard, and called a claim, since a student can
//! edit the program.

use super::{cause, probe};
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Whoever looks on wants to know soon.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest answer that is read; a true one has some two thousand bytes.
const MOST_BYTES: usize = 64 * 1024;

/// Asks copies. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Claims(Client);

/// What the owner of a copy is said to have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// In so many lessons.
    pub lessons: usize,
    /// So many tasks.
    pub done: usize,
    /// Of so many that there are.
    pub tasks: u64,
}

/// What is read of the answer; it holds more.
#[derive(Deserialize)]
struct Status {
    tasks: u64,
    claimed: BTreeMap<String, Vec<String>>,
}

impl Claims {
    /// Ready to ask.
    ///
    /// # Errors
    /// When this machine cannot make a client.
    pub fn new() -> reqwest::Result<Self> {
        let client = probe::client().timeout(PATIENCE);
        // Hundreds of connections would be kept open for a question now and then.
        client.pool_max_idle_per_host(0).build().map(Self)
    }

    /// Asks the copy at `address`, such as `https://localhost:41220/`. One that answers something
    /// else is up and claims nothing.
    ///
    /// # Errors
    /// Why nothing answers there, in a few words.
    pub async fn ask(&self, address: &str) -> Result<Option<Claim>, String> {
        let sent = self.0.get(format!("{address}status.json")).send().await;
        let response = sent.map_err(|error| match error.is_timeout() {
            true => format!("nothing within {} seconds", PATIENCE.as_secs()),
            false => cause::of_request(&error),
        })?;
        if response.status() != StatusCode::OK {
            return Ok(None);
        }
        Ok(body(response).await.as_deref().and_then(read))
    }
}

async fn body(mut response: Response) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

fn read(bytes: &[u8]) -> Option<Claim> {
    let Status { tasks, claimed } = serde_json::from_slice(bytes).ok()?;
    let lessons = claimed.values().filter(|tasks| !tasks.is_empty());
    Some(Claim {
        lessons: lessons.count(),
        done: claimed.values().map(Vec::len).sum(),
        tasks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_counts_tasks_and_the_lessons_they_are_in() {
        let text = r#"{"port":1,"tasks":40,"claimed":{"0310":["a","b"],"0320":[],"0340":["c"]}}"#;
        let expected = Claim {
            lessons: 2,
            done: 3,
            tasks: 40,
        };
        assert_eq!(read(text.as_bytes()), Some(expected));
    }

    #[test]
    fn what_is_no_status_claims_nothing() {
        for text in [
            "",
            "<h1>Express</h1>",
            "{}",
            r#"{"tasks":-1,"claimed":{}}"#,
            r#"{"tasks":1,"claimed":{"0310":[1]}}"#,
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
