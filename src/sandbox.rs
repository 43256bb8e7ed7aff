//! What a handler may reach: the shared state of one copy.

use crate::{clock::Clock, identity::Identity, sessions::Sessions, walkthrough};
use axum::http::{HeaderMap, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

/// A lesson, or an exercise, of a copy.
pub type Lesson = walkthrough::Lesson<Sandbox>;

/// One running copy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// The names and secrets that the port decided. Every handler has a clone of all this.
    pub identity: Arc<Identity>,
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
