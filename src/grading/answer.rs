//! What a copy answered to one request.

use super::{
    cause, html, jar, links,
    verdict::{Fault, Verdict},
};
use cookie::Cookie;
use reqwest::{
    Response, StatusCode, Url,
    header::{CONTENT_ENCODING, HeaderMap, LOCATION},
};
use std::time::{Duration, Instant};

/// The longest page that is read: a hostile copy might send one without an end.
const MOST_BYTES: usize = 256 * 1024;
/// How much of a page a message quotes, in characters.
const QUOTED: usize = 90;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    /// The request, as a message names it.
    pub(super) asked: String,
    /// The page.
    pub(super) text: String,
    /// How long it took, from sending the request to the end of the page.
    pub(super) took: Duration,
    /// The cookies that it sets.
    pub(super) cookies: Vec<Cookie<'static>>,
    status: StatusCode,
    /// Where it sends the browser.
    leads_to: Option<Url>,
    url: Url,
}

impl Answer {
    /// Reads the answer to the request that `asked` tells of and that was sent at `sent`.
    pub(super) async fn read(
        asked: String,
        sent: Instant,
        response: Response,
    ) -> Result<Self, Fault> {
        let (status, url) = (response.status(), response.url().clone());
        if let Some(packing) = packing(response.headers()) {
            let came = format!("{status}, packed by {packing}");
            let expected = "a page that is not packed: no Accept-Encoding was sent";
            return Err(Fault::new(asked, came, expected));
        }
        let cookies = jar::set_by(response.headers());
        let location = response.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let leads_to = location.and_then(|location| url.join(location).ok());
        match body(response).await {
            Ok(text) => Ok(Self {
                asked,
                text,
                took: sent.elapsed(),
                cookies,
                status,
                leads_to,
                url,
            }),
            Err(problem) => {
                let came = format!("{status}, and then {problem}");
                let expected = "a page of at most 256 KiB, within 10 seconds";
                Err(Fault::new(asked, came, expected))
            }
        }
    }

    /// This answer, if it has the status that is expected.
    pub(super) fn expect(self, status: StatusCode) -> Result<Self, Fault> {
        match self.status == status {
            true => Ok(self),
            false => Err(self.fault(status.to_string())),
        }
    }

    /// That it is what a form that was obeyed is answered: 303 to `path`, or 200.
    pub(super) fn expect_obeyed(&self, path: &str) -> Verdict {
        let is_back = |to: &Url| to.origin() == self.url.origin() && to.path() == path;
        let back = self.leads_to.as_ref().is_some_and(is_back);
        match self.status {
            StatusCode::OK => Ok(()),
            StatusCode::SEE_OTHER if back => Ok(()),
            _ => Err(self.fault(format!("303 See Other to {path}, or 200 OK"))),
        }
    }

    /// Where the link leads that says `text`.
    pub(super) fn link(&self, text: &str) -> Option<Url> {
        links::target(&self.text, &self.url, text)
    }

    /// That this answer came and not what is expected.
    pub(super) fn fault(&self, expected: impl Into<String>) -> Fault {
        let mut came = self.status.to_string();
        if let Some(target) = &self.leads_to {
            came += &format!(" to {}", html::printable(target.as_str(), QUOTED));
        }
        let gist = html::printable(&html::gist(&self.text), QUOTED);
        if !gist.is_empty() {
            came += &format!(": “{gist}”");
        }
        Fault::new(&self.asked, came, expected)
    }
}

async fn body(mut response: Response) -> Result<String, String> {
    let mut bytes = Vec::new();
    let why = |error: reqwest::Error| cause::of_body(&error);
    while let Some(chunk) = response.chunk().await.map_err(why)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err("more than 256 KiB".into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// How a page is packed. Few bytes may unpack to very many, so nothing is ever unpacked.
fn packing(headers: &HeaderMap) -> Option<String> {
    let named = headers.get(CONTENT_ENCODING)?;
    let named = String::from_utf8_lossy(named.as_bytes());
    let is_packed = !["", "identity"].contains(&named.trim().to_ascii_lowercase().as_str());
    is_packed.then(|| html::printable(&named, QUOTED))
}
