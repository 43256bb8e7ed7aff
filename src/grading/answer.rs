//! What a copy answered to one request.

use super::{
    html,
    verdict::{Fault, Verdict},
};
use reqwest::{Response, StatusCode, Url, header::LOCATION};
use std::{error::Error, time::Duration};

/// The longest wait for one answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The longest page that is read: a hostile copy might send one without an end.
const MOST_BYTES: usize = 1024 * 1024;
/// How much of a page a message quotes, in characters.
const QUOTED: usize = 90;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    /// The request, as a message names it.
    pub(super) asked: String,
    /// The page.
    pub(super) text: String,
    status: StatusCode,
    /// Where it sends the browser.
    leads_to: Option<Url>,
    url: Url,
}

impl Answer {
    /// Reads the answer to the request that `asked` tells of.
    pub(super) async fn read(asked: String, response: Response) -> Result<Self, Fault> {
        let (status, url) = (response.status(), response.url().clone());
        let location = response.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let leads_to = location.and_then(|location| url.join(location).ok());
        match body(response).await {
            Ok(text) => Ok(Self {
                asked,
                text,
                status,
                leads_to,
                url,
            }),
            Err(problem) => {
                let came = format!("{status}, and then {problem}");
                Err(Fault::new(asked, came, "a page of less than 1 MiB"))
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

    fn fault(&self, expected: String) -> Fault {
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
    while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err("more than 1 MiB".into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Why there is no answer. The innermost error says it; the others say that it is one.
pub(super) fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("nothing within {} seconds", PATIENCE.as_secs());
    }
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    html::printable(&cause.to_string(), 200)
}
