//! The lessons: each a live endpoint in a file of its own, and one line in the list below.

mod l0340_got_you_sweating;

use crate::sandbox::Sandbox;
use axum::Router;

/// The live endpoints of all lessons.
pub fn router() -> Router<Sandbox> {
    let lessons = [l0340_got_you_sweating::router];
    lessons
        .into_iter()
        .fold(Router::new(), |all, lesson| all.merge(lesson()))
}
