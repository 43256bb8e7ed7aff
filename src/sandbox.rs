//! What a handler may reach: the shared state of one copy.

use crate::{clock::Clock, identity::Identity, sessions::Sessions, walkthrough};
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
