//! Who asks: a candidate, by the session id, or the proctor, by the owner token.

use super::refused::Refused;
use crate::{quiz::Quiz, sandbox::Sandbox};
use axum::{extract::FromRequestParts, http::request::Parts};

/// The header that carries the session id.
const SESSION_ID: &str = "session-id";

/// A candidate's session, which is known; never to be logged.
pub(super) struct Candidate(pub(super) String);

impl<S: Sync> FromRequestParts<S> for Candidate {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Some(id) = parts.headers.get(SESSION_ID) else {
            return Err(Refused::NoSession("The header session-id is missing."));
        };
        let id = id.to_str().unwrap_or_default().to_owned();
        // Before the body is looked at: a stranger is told nothing about what would fit.
        if let Some(quiz) = parts.extensions.get::<Quiz>() {
            quiz.act(|inner, now| inner.room.knows(&id, now))?;
        }
        Ok(Self(id))
    }
}

/// Somebody with the owner token.
pub(super) struct Proctor;

impl FromRequestParts<Sandbox> for Proctor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refused> {
        match sandbox.is_owner(&parts.headers) {
            true => Ok(Self),
            false => Err(Refused::NotProctor),
        }
    }
}
