//! One copy of a class.

use super::Shared;
use crate::{
    app,
    config::Tenancy,
    database::Database,
    identity::{Identity, Port},
    progress::Progress,
    quiz::{Bank, Quiz},
    sandbox::{Parts, Sandbox},
    sessions::{Sessions, stores::Store},
    xray::Rings,
};
use axum::{Router, extract::Request};
use std::{
    path::Path,
    ptr,
    sync::{Arc, OnceLock},
};
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};
use tracing::Instrument;

/// One copy: everything of its own, on what all share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HostedCopy {
    sandbox: Sandbox,
    progress: Progress,
    database: Database,
    /// What is put together at the first request.
    visited: Arc<OnceLock<Visited>>,
}

/// What a copy needs only when somebody comes: it takes longer to make, and far more memory, than
/// all the rest, and in a class many copies are visited seldom.
#[derive(Debug)]
struct Visited {
    pages: Router,
    quiz: Quiz,
}

impl HostedCopy {
    /// The copy on `port`. Nothing is asked of the database yet.
    pub(super) fn open(port: Port, shared: &Shared) -> Self {
        let identity = Identity::derive(port, &shared.key);
        let rings = Rings::sharing(&shared.budget);
        rings.switch(shared.xray);
        let (store, clock) = (shared.stores.open(&identity), shared.clock.clone());
        let sessions = Sessions::recording(store, &identity, clock.clone(), Tenancy::Alone, rings);
        Self {
            progress: Progress::new(&shared.database, &identity),
            database: shared.database.clone(),
            visited: Arc::default(),
            sandbox: Sandbox::from(Parts {
                identity,
                sessions,
                started: clock.now(),
                clock,
                max_wait: shared.max_wait,
                stopping: shared.stopping.child_token(),
            }),
        }
    }

    /// The copy's pages.
    pub fn app(&self) -> Router {
        let copy = self.clone();
        Router::new().fallback_service(service_fn(move |request: Request| {
            let pages = copy.visited().pages.clone();
            // At the highest level, so that every line in the log says which copy it is about.
            let named = tracing::error_span!("copy", port = copy.port().number());
            pages.oneshot(request).instrument(named)
        }))
    }

    fn visited(&self) -> &Visited {
        self.visited.get_or_init(|| {
            let (sandbox, progress) = (self.sandbox.clone(), self.progress.clone());
            let bank = Bank::practice();
            let here = Path::new(".");
            let quiz = Quiz::open(bank, &self.database, here, &sandbox, Tenancy::Alone);
            let pages = app::router(sandbox, progress, quiz.clone());
            Visited { pages, quiz }
        })
    }

    /// Writes what is left to be written.
    pub async fn close(&self) {
        if let Some(visited) = self.visited.get() {
            visited.quiz.close().await;
        }
        self.sandbox.sessions.close().await;
    }

    /// The port that decides everything.
    pub fn port(&self) -> Port {
        self.sandbox.identity.port()
    }

    /// Its names and secrets.
    pub fn identity(&self) -> &Identity {
        &self.sandbox.identity
    }

    /// The sessions of its visitors.
    pub fn sessions(&self) -> &Sessions {
        &self.sandbox.sessions
    }

    /// Cancelled when this copy is to stop.
    pub fn stopping(&self) -> &CancellationToken {
        &self.sandbox.stopping
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        self.sandbox.sessions.store()
    }

    /// Whether `other` is this very copy, and not a later one on the same port.
    pub(super) fn is(&self, other: &Self) -> bool {
        ptr::eq(self.identity(), other.identity())
    }
}
