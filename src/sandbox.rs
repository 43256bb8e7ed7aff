//! What a handler may reach: the shared state of one copy.

use crate::{clock::Clock, identity::Identity, sessions::Sessions, walkthrough};
use axum::http::{HeaderMap, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::{ops::Deref, sync::Arc, time::Duration};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

/// A lesson, or an exercise, of a copy.
pub type Lesson = walkthrough::Lesson<Sandbox>;

/// One running copy: all of its [`Parts`] behind one reference, since axum clones its state
/// several times for each request.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Parts>);

/// What a copy consists of.
#[derive(Debug)]
pub struct Parts {
    /// The names and secrets that the port decided.
    pub identity: Identity,
    /// The sessions of this copy's visitors.
    pub sessions: Sessions,
    /// The time of day.
    pub clock: Clock,
    /// When the copy was started.
    pub started: OffsetDateTime,
    /// The longest that a page waits on purpose.
    pub max_wait: Duration,
    /// Cancelled when the copy is told to stop: whoever sleeps is to be answered.
    pub stopping: CancellationToken,
}

impl From<Parts> for Sandbox {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Sandbox {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Sandbox {
    /// Whether a request with these headers carries the owner's token. Compared as hashes, so
    /// that the time it takes tells nothing about where a wrong one differs.
    pub fn is_owner(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        let ours = self.identity.owner_token.expose_secret();
        given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(ours))
    }
}
