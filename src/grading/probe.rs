//! The way to a copy: its address, and a client that trusts nothing it gets from there.

use super::{PATIENCE, browser::Browser, cause};
use reqwest::{Client, ClientBuilder, Url, redirect};
use std::time::Duration;

/// So many bytes of one page may be on their way over HTTP/2 before they are read; of all pages
/// of a connection, four times as many.
const WINDOW: u32 = 64 * 1024;
/// A connection that was idle for so long is not used again: Node closes its own after 5 s, and
/// a request that meets this moment would be lost by no fault of the student.
const IDLE: Duration = Duration::from_secs(3);

/// A copy, as a check knows it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Probe {
    base: Url,
    client: Client,
    /// Words that its student might have taken for a key.
    words: Vec<String>,
}

impl Probe {
    /// A way to the copy at `base`, such as `https://localhost:41220/`.
    ///
    /// The certificate is not verified: copies sign their own, and what is asked here is what
    /// the copy does, not whether it is the right one. Whoever shows the outcome has to say so.
    ///
    /// # Errors
    /// When this machine cannot make a client.
    pub fn new(base: Url) -> reqwest::Result<Self> {
        let client = client().timeout(PATIENCE).build()?;
        let words = Vec::new();
        Ok(Self {
            base,
            client,
            words,
        })
    }

    /// The same way to the copy of a student who is known: by the login, say, or the name. Such
    /// a word is no secret, and so no key.
    #[must_use]
    pub fn of_student(self, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Self { words, ..self }
    }

    /// Whether anything answers there at all.
    ///
    /// # Errors
    /// Why not, in a few words.
    pub async fn reach(&self) -> Result<(), String> {
        let mut url = self.base.clone();
        url.set_path("/healthz");
        let answer = self.client.get(url).send().await;
        answer.map(drop).map_err(|error| cause::of_request(&error))
    }

    /// The copy's address, as a person would write it.
    pub fn address(&self) -> &str {
        self.base.as_str()
    }

    /// The copy's port.
    pub(super) fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or(443)
    }

    /// The name or the address of its host.
    pub(super) fn host(&self) -> &str {
        let host = self.base.host_str().unwrap_or_default();
        host.trim_matches(['[', ']'])
    }

    /// The words that are known of its student.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// A new browser, which knows no cookie yet.
    pub(super) fn browser(&self) -> Browser {
        Browser::new(self.client.clone(), self.base.clone())
    }

    /// A window on this copy of a browser that has been elsewhere.
    pub(super) fn window_of(&self, browser: &Browser) -> Browser {
        browser.window_on(self.client.clone(), self.base.clone())
    }
}

/// A client that believes nothing and is led nowhere; how long it waits is still to be said.
pub(super) fn client() -> ClientBuilder {
    // An error says that one was chosen already; without any, rustls would panic.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("sweatbox-check/", env!("CARGO_PKG_VERSION")))
        .danger_accept_invalid_certs(true)
        .https_only(true)
        // A proxy would see the cookies, and is not what is to be judged.
        .no_proxy()
        // Nothing is followed, so no copy can send us to another host or round in circles.
        .redirect(redirect::Policy::none())
        // No page is asked for packed, and none is unpacked.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .http2_initial_stream_window_size(WINDOW)
        .http2_initial_connection_window_size(WINDOW * 4)
        .pool_idle_timeout(IDLE)
}
