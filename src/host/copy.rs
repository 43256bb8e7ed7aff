//! One copy of a class.

use super::Shared;
use crate::{
    app,
    config::Tenancy,
    identity::{Identity, Port},
    progress::Progress,
    sandbox::Sandbox,
    sessions::{Sessions, stores::Store},
    xray::Rings,
};
use axum::{Router, extract::Request};
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};
use tracing::Instrument;

/// One copy: everything of its own, on what all share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HostedCopy {
    sandbox: Sandbox,
    progress: Progress,
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
            sandbox: Sandbox {
                identity: Arc::new(identity),
                sessions,
                started: clock.now(),
                clock,
                max_wait: shared.max_wait,
                stopping: shared.stopping.child_token(),
            },
        }
    }

    /// The copy's pages. They are put together at the first request: that takes longer, and far
    /// more memory, than all the rest, and in a class many copies are visited seldom.
    pub fn app(&self) -> Router {
        let (copy, built) = (self.clone(), Arc::new(OnceLock::new()));
        Router::new().fallback_service(service_fn(move |request: Request| {
            let app: &Router = built.get_or_init(|| copy.built());
            // At the highest level, so that every line in the log says which copy it is about.
            let named = tracing::error_span!("copy", port = copy.port().number());
            app.clone().oneshot(request).instrument(named)
        }))
    }

    fn built(&self) -> Router {
        app::router(self.sandbox.clone(), self.progress.clone())
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
        Arc::ptr_eq(&self.sandbox.identity, &other.sandbox.identity)
    }
}
