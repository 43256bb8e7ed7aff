//! An event stream, read by hand: `EventSource` is nothing for a program, and cannot send headers.

use super::caller::PATIENCE;
use reqwest::{Response, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::time::timeout;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: String,
    pub data: Value,
}

/// An open stream.
pub struct Events {
    response: Response,
    /// What has come and is no whole event yet.
    buffer: Vec<u8>,
}

impl Events {
    /// The stream that an answer brings.
    #[track_caller]
    pub(super) fn new(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        let content_type = response.headers()[CONTENT_TYPE].to_str().unwrap();
        assert!(content_type.starts_with("text/event-stream"));
        Self {
            response,
            buffer: Vec::new(),
        }
    }

    /// The next event; `None` when the server has ended the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let end = self.buffer.windows(2).position(|pair| pair == b"\n\n");
            let Some(end) = end else {
                let chunk = self.response.chunk().await.unwrap()?;
                self.buffer.extend_from_slice(&chunk);
                continue;
            };
            let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
            // What only keeps the connection open has no data.
            if let Some(event) = parse(std::str::from_utf8(&block).unwrap()) {
                return Some(event);
            }
        }
    }

    /// The data of the next event of this kind.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        let found = async {
            loop {
                let event = self.next().await;
                let event = event.unwrap_or_else(|| panic!("the stream ended before `{kind}`"));
                if event.kind == kind {
                    return event.data;
                }
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("`{kind}` does not come"))
    }

    /// All that comes until the server ends the stream.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let all = async {
            while let Some(event) = self.next().await {
                events.push(event);
            }
        };
        let ended = timeout(PATIENCE, all).await;
        ended.expect("the stream does not end");
        events
    }
}

fn parse(block: &str) -> Option<Event> {
    let (mut kind, mut data) = ("message", String::new());
    for line in block.lines() {
        match line.split_once(':') {
            Some(("event", value)) => kind = value.trim_start(),
            Some(("data", value)) => data += value,
            _ => {}
        }
    }
    let data = (!data.is_empty()).then(|| serde_json::from_str(&data).unwrap())?;
    Some(Event {
        kind: kind.to_owned(),
        data,
    })
}
