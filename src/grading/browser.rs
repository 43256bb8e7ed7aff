//! A browser without pictures: it keeps cookies, fetches pages and sends forms.

use super::{answer::Answer, cause, html, jar::Jar, verdict::Fault};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{ACCEPT, COOKIE, ORIGIN, REFERER},
};
use std::time::Instant;

/// How much of an address a message quotes, in characters.
const LONGEST_LINK: usize = 120;

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

    /// A window of the same browser, cookies and all, on the copy at `base`.
    pub(super) fn window_on(&self, client: Client, base: Url) -> Self {
        let jar = self.jar.clone();
        Self { client, base, jar }
    }

    /// Puts a cookie into it by hand.
    pub(super) fn plant(&self, name: &str, value: &str) {
        self.jar.put(name, value);
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

    /// Follows the link on `page` that says `text`.
    pub(super) async fn follow(&self, page: &Answer, text: &str) -> Result<Answer, Fault> {
        let Some(target) = page.link(text) else {
            return Err(page.fault(format!("a link that says “{text}”")));
        };
        let leads_to = html::printable(target.as_str(), LONGEST_LINK);
        let asked = format!("{}, then “{text}”, which leads to {leads_to}", page.asked);
        // A copy must not be able to send us to another host.
        match target.origin() == self.base.origin() {
            true => self.send(asked, self.client.get(target)).await,
            false => {
                let came = "a link to another place";
                Err(Fault::new(asked, came, "a link to this copy"))
            }
        }
    }

    /// Fetches an address as the picture that a page of another port of the same host says it
    /// is: the browser sends the cookies along and says what it is for.
    pub(super) async fn get_as_picture_next_door(&self, path: &str) -> Result<Answer, Fault> {
        let page = self.next_door();
        let asked = format!("GET {path} for an <img> of a page of {page}");
        let request = self.client.get(self.url(path));
        let request = request.header(REFERER, format!("{page}/"));
        let request = request.header("sec-fetch-site", "same-site");
        let request = request.header("sec-fetch-mode", "no-cors");
        let request = request.header("sec-fetch-dest", "image");
        self.send(asked, request).await
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
        let sent = Instant::now();
        match request.send().await {
            Ok(response) => {
                self.jar.keep(response.headers());
                Answer::read(asked, sent, response).await
            }
            Err(error) => Err(Fault::new(asked, cause::of_request(&error), "an answer")),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::Probe;
    use reqwest::{Response, ResponseBuilderExt};

    #[tokio::test]
    async fn a_link_to_another_port_or_host_or_scheme_is_not_followed() {
        let base: Url = "https://localhost:41220/".parse().unwrap();
        let browser = Probe::new(base.clone()).unwrap().browser();
        for target in [
            "https://localhost:1/",
            "//localhost/",
            "https://127.0.0.1:41220/",
            "http://localhost:41220/",
        ] {
            let page = format!("<a href='{target}'>Further</a>");
            let sent = http::Response::builder().url(base.clone()).body(page);
            let response = Response::from(sent.unwrap());
            let page = Answer::read("GET /".into(), Instant::now(), response).await;
            let fault = browser.follow(&page.unwrap(), "Further").await.unwrap_err();
            assert_eq!(fault.came, "a link to another place", "{target}");
        }
    }
}
