//! A browser without pictures: it keeps cookies, fetches pages and sends forms.

use super::{
    answer::{Answer, cause},
    jar::Jar,
    verdict::Fault,
};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{ACCEPT, COOKIE, ORIGIN},
};

/// One browser with cookies of its own. A clone is another tab of it.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    client: Client,
    base: Url,
    jar: Jar,
}

impl Browser {
    pub(super) fn new(client: Client, base: Url) -> Self {
        let jar = Jar::default();
        Self { client, base, jar }
    }

    /// Another browser, which has been given the same cookies: by an attacker who planted them,
    /// or to a thief. From now on each has its own.
    pub(super) fn copied(&self) -> Self {
        Self {
            jar: self.jar.copied(),
            ..self.clone()
        }
    }

    /// Fetches a page.
    pub(super) async fn get(&self, path: &str) -> Result<Answer, Fault> {
        let request = self.client.get(self.url(path));
        self.send(format!("GET {path}"), request).await
    }

    /// Asks what a page is like, without fetching it.
    pub(super) async fn head(&self, path: &str) -> Result<Answer, Fault> {
        let request = self.client.head(self.url(path));
        self.send(format!("HEAD {path}"), request).await
    }

    /// Sends a form, as one of the copy's own pages does.
    pub(super) async fn submit(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Fault> {
        let origin = self.base.origin().ascii_serialization();
        let request = self.form(path, fields, &origin, "same-origin");
        self.send(told(path, fields), request).await
    }

    /// Sends a form, as a page of another port of the same host does: of a classmate, say.
    pub(super) async fn submit_from_next_door(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Fault> {
        let origin = self.next_door();
        let asked = format!("{}, sent by a page of {origin}", told(path, fields));
        let request = self.form(path, fields, &origin, "same-site");
        self.send(asked, request).await
    }

    /// Whether it has been given any cookie.
    pub(super) fn has_cookies(&self) -> bool {
        self.jar.field().is_some()
    }

    fn url(&self, path: &str) -> Url {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let mut url = self.base.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    fn form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        origin: &str,
        site: &str,
    ) -> RequestBuilder {
        let request = self.client.post(self.url(path)).form(fields);
        let request = request
            .header(ORIGIN, origin)
            .header("sec-fetch-site", site);
        let request = request.header("sec-fetch-mode", "navigate");
        request.header("sec-fetch-dest", "document")
    }

    fn next_door(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        let port = match self.base.port_or_known_default() {
            Some(port) if port < u16::MAX => port + 1,
            _ => 1,
        };
        format!("https://{host}:{port}")
    }

    async fn send(&self, asked: String, request: RequestBuilder) -> Result<Answer, Fault> {
        // Browsers ask for HTML by name, and get errors as pages, too.
        let mut request = request.header(ACCEPT, "text/html");
        if let Some(cookies) = self.jar.field() {
            request = request.header(COOKIE, cookies);
        }
        match request.send().await {
            Ok(response) => {
                self.jar.keep(response.headers());
                Answer::read(asked, response).await
            }
            Err(error) => Err(Fault::new(asked, cause(&error), "an answer")),
        }
    }
}

/// A form as a message names it.
fn told(path: &str, fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().map(|(name, value)| format!("{name}={value}"));
    match fields.collect::<Vec<_>>().join(", ") {
        fields if fields.is_empty() => format!("POST {path}"),
        fields => format!("POST {path} with {fields}"),
    }
}
