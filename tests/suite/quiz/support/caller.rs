//! The wire: one connection, calls with any body, and a note of every answer.

use crate::support::{Answer, choose_tls_provider};
use reqwest::{Client, Method, Response, header::CONTENT_TYPE};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// So long an answer may take, or an event that is sure to come.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// What was asked, and what came.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub status: u16,
    /// Without its parameters.
    pub content_type: String,
    pub text: String,
}

/// Everything that anybody in one test has been told.
pub(super) type Exchanges = Arc<Mutex<Vec<Exchange>>>;

/// Somebody who calls the copy, with some headers in each call.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    port: u16,
    headers: Vec<(&'static str, String)>,
    exchanges: Exchanges,
}

impl Caller {
    pub(super) fn new(port: u16, exchanges: Exchanges) -> Self {
        Self {
            client: connection(),
            port,
            headers: Vec::new(),
            exchanges,
        }
    }

    /// The same caller, who shows this header as well.
    pub fn showing(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same caller on a second connection.
    pub fn connected_again(&self) -> Self {
        Self {
            client: connection(),
            ..self.clone()
        }
    }

    /// Asks without a body.
    pub async fn ask(&self, method: Method, path: &str) -> Answer {
        self.send_text(method, path, &[], String::new()).await
    }

    /// Sends JSON.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.send_text(method, path, &json, body.to_string()).await
    }

    /// Sends any text.
    pub async fn send_text(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let start = Instant::now();
        let exchange = async {
            let response = self.response(method.clone(), path, headers, body).await;
            let (status, headers) = (response.status(), response.headers().clone());
            (status, headers, response.text().await.unwrap())
        };
        // An event stream that should have been a refusal would never end.
        let (status, headers, text) = timeout(PATIENCE, exchange).await.unwrap();
        let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str());
        let content_type = content_type.map_or("", Result::unwrap);
        let content_type = content_type.split(';').next().unwrap().trim();
        self.exchanges.lock().unwrap().push(Exchange {
            method: method.to_string(),
            path: path.to_owned(),
            status: status.as_u16(),
            content_type: content_type.to_owned(),
            text: text.clone(),
        });
        Answer {
            status,
            headers,
            text,
            took: start.elapsed(),
        }
    }

    /// An answer whose body is still to come.
    pub(super) async fn response(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Response {
        let address = format!("https://localhost:{}{path}", self.port);
        let mut request = self.client.request(method, address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(body).send().await.unwrap()
    }
}

/// A client without any cookie, and with patience for streams: they speak every second.
fn connection() -> Client {
    choose_tls_provider();
    let client = Client::builder()
        .danger_accept_invalid_certs(true)
        .read_timeout(PATIENCE)
        .build();
    client.unwrap()
}
