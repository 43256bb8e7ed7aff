//! What a lesson is made of, besides its text.

use crate::xray::Record;
use axum::Router;
use std::sync::Arc;

/// A lesson: a live endpoint, a walkthrough, and tasks that join the two.
#[derive(Debug)]
pub struct Lesson<S: 'static> {
    /// Its number, such as 340.
    pub number: u16,
    /// Its walkthrough's file below `lessons/`.
    pub file: &'static str,
    /// Its live endpoint.
    pub endpoint: &'static str,
    /// The routes of that endpoint, and whatever is below it.
    pub router: fn() -> Router<S>,
    /// Its tasks, in the order of the walkthrough.
    pub tasks: &'static [Task],
}

/// Something to do, and how it is seen that it was done.
#[derive(Debug)]
pub struct Task {
    /// Its name in the walkthrough.
    pub id: &'static str,
    /// Whether these requests, the oldest first, have done it.
    pub done: fn(&[Arc<Record>]) -> bool,
}

impl<S> Lesson<S> {
    /// The number as it is written: four digits.
    pub fn digits(&self) -> String {
        format!("{:04}", self.number)
    }
}
