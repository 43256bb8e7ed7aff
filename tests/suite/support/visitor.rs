//! A browser without pictures: one cookie jar, and what a visitor does.

use super::{choose_tls_provider, eventually};
use reqwest::{
    Client, Method, StatusCode,
    header::{COOKIE, HeaderMap, SET_COOKIE},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Somebody who visits the copy at one address.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    base: String,
    jar: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub took: Duration,
}

impl Visitor {
    /// A new visitor with an empty jar, over HTTP/2.
    pub fn new(port: u16) -> Self {
        Self::at("localhost", port)
    }

    /// The same, at one of the host's addresses.
    pub fn at(address: &str, port: u16) -> Self {
        Self::with_client(address, port, Client::builder())
    }

    /// The same, as soon as a copy that is starting answers.
    pub async fn of_starting(port: u16) -> Self {
        let visitor = Self::new(port);
        eventually("the copy answers", Duration::from_secs(20), async || {
            let health = visitor.try_request(Method::GET, "/healthz", &[]);
            health.await.is_ok()
        })
        .await;
        visitor
    }

    /// The same over HTTP/1.1.
    pub fn over_http1(port: u16) -> Self {
        Self::with_client("localhost", port, Client::builder().http1_only())
    }

    fn with_client(address: &str, port: u16, builder: reqwest::ClientBuilder) -> Self {
        choose_tls_provider();
        let client = builder
            .danger_accept_invalid_certs(true)
            // A redirect is an answer, and may set a cookie.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build();
        Self {
            client: client.unwrap(),
            base: format!("https://{address}:{port}"),
            jar: Arc::default(),
        }
    }

    /// The same visitor in another tab: the same cookies, now and later.
    pub fn another_tab(&self) -> Self {
        self.clone()
    }

    /// The same browser at another port of the host: the same cookies, now and later.
    pub fn at_port(&self, port: u16) -> Self {
        Self {
            base: format!("https://localhost:{port}"),
            ..self.clone()
        }
    }

    /// Refreshes the wait-counter page.
    pub async fn refresh(&self) -> Answer {
        self.get("/").await
    }

    /// Follows "I have enough!".
    pub async fn has_enough(&self) -> Answer {
        self.get("/?haveEnough=1").await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, &[]).await
    }

    pub async fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.try_request(method, path, headers).await.unwrap()
    }

    /// Sends JSON.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Answer {
        let json = [("content-type", "application/json")];
        let headers = [headers, &json].concat();
        let sent = self.exchange(method, path, &headers, body.to_string());
        sent.await.unwrap()
    }

    /// Sends a form.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.try_submit(path, fields).await.unwrap()
    }

    /// The same, for connections that may fail.
    pub async fn try_submit(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.exchange(Method::POST, path, &headers, form).await
    }

    /// As `request`, for connections that may fail.
    pub async fn try_request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        self.exchange(method, path, headers, String::new()).await
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> reqwest::Result<Answer> {
        let start = Instant::now();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // Each cookie in a field of its own, as browsers do over HTTP/2.
        for pair in self.cookies() {
            request = request.header(COOKIE, pair);
        }
        let response = request.body(body).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        self.keep_cookies(&headers);
        let took = start.elapsed();
        Ok(Answer {
            status,
            headers,
            text,
            took,
        })
    }

    /// `name=value` of every cookie in the jar.
    pub fn cookies(&self) -> Vec<String> {
        let jar = self.jar.lock().unwrap();
        jar.iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// The value of the cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie into the jar.
    pub fn plant(&self, name: &str, value: &str) {
        self.jar.lock().unwrap().insert(name.into(), value.into());
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut jar = self.jar.lock().unwrap();
        for field in headers.get_all(SET_COOKIE) {
            let field = field.to_str().unwrap();
            let (name, value) = field.split(';').next().unwrap().split_once('=').unwrap();
            if field.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.into(), value.into());
            }
        }
    }
}

impl Answer {
    /// N of "The next refresh will wait N seconds".
    pub fn seconds(&self) -> u64 {
        let (_, rest) = self
            .text
            .split_once("The next refresh will wait ")
            .unwrap_or_else(|| panic!("no wait in {self:?}"));
        rest.split_once(" seconds").unwrap().0.parse().unwrap()
    }

    /// All `Set-Cookie` fields.
    pub fn set_cookies(&self) -> Vec<&str> {
        let fields = self.headers.get_all(SET_COOKIE).iter();
        fields.map(|field| field.to_str().unwrap()).collect()
    }

    /// Asserts the status, showing the whole answer when it is another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }
}
