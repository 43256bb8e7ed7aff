//! The way to a copy: its address, and a client that trusts nothing it gets from there.

use super::{
    answer::{PATIENCE, cause},
    browser::Browser,
};
use reqwest::{Client, Url, redirect};

/// A copy, as a check knows it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Probe {
    base: Url,
    client: Client,
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
        // An error says that one was chosen already; without any, rustls would panic.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("sweatbox-check/", env!("CARGO_PKG_VERSION")))
            .danger_accept_invalid_certs(true)
            .https_only(true)
            // A proxy would see the cookies, and is not what is to be judged.
            .no_proxy()
            // Nothing is followed, so no copy can send us to another host or round in circles.
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { base, client })
    }

    /// Whether anything answers there at all.
    ///
    /// # Errors
    /// Why not, in a few words.
    pub async fn reach(&self) -> Result<(), String> {
        let mut url = self.base.clone();
        url.set_path("/healthz");
        let answer = self.client.get(url).send().await;
        answer.map(drop).map_err(|error| cause(&error))
    }

    /// The copy's address, as a person would write it.
    pub fn address(&self) -> &str {
        self.base.as_str()
    }

    /// A new browser, which knows no cookie yet.
    pub(super) fn browser(&self) -> Browser {
        Browser::new(self.client.clone(), self.base.clone())
    }
}
