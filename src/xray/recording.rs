//! A request that is being recorded.

use super::{Event, MAX_DATA, Record, What};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use time::OffsetDateTime;

/// The longest path, and the longest remark, that is kept.
const MAX_TEXT: usize = 512;

/// What a request writes down about itself. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recording(Arc<Notebook>);

#[derive(Debug)]
struct Notebook {
    number: u64,
    began: OffsetDateTime,
    start: Instant,
    method: String,
    path: String,
    page: Mutex<Page>,
}

#[derive(Debug, Default)]
struct Page {
    events: Vec<Event>,
    /// Looking at the X-ray is no part of what is looked at.
    unwanted: bool,
}

impl Recording {
    /// Begins to record the request with this method, path and query.
    pub fn begin(number: u64, began: OffsetDateTime, method: &str, path: &str) -> Self {
        Self(Arc::new(Notebook {
            number,
            began,
            start: Instant::now(),
            method: method.to_owned(),
            path: shortened(path),
            page: Mutex::new(Page {
                events: Vec::with_capacity(8),
                unwanted: false,
            }),
        }))
    }

    /// Writes down what has just happened.
    pub fn happened(&self, what: What) {
        self.took(Instant::now(), what);
    }

    /// Writes down what began at `start` and has just ended.
    pub fn took(&self, start: Instant, what: What) {
        let event = Event {
            at: start.saturating_duration_since(self.0.start),
            took: start.elapsed(),
            what,
        };
        self.page().events.push(event);
    }

    /// Writes down a lesson's remark.
    pub fn note(&self, name: &'static str, detail: &str) {
        self.happened(What::Note(name, shortened(detail)));
    }

    /// Keeps this request out of the X-ray.
    pub fn forget(&self) {
        self.page().unwanted = true;
    }

    /// Whether the request is to be seen.
    pub fn is_wanted(&self) -> bool {
        !self.page().unwanted
    }

    /// The record as it is now, with the answer's status; 0 while there is none.
    pub fn record(&self, status: u16) -> Record {
        let Notebook {
            number,
            began,
            start,
            method,
            path,
            ..
        } = &*self.0;
        Record {
            number: *number,
            began: *began,
            method: method.clone(),
            path: path.clone(),
            status,
            took: start.elapsed(),
            events: self.page().events.clone(),
        }
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.0.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As much of a session's data as an event keeps.
pub fn kept(data: &[u8]) -> Arc<[u8]> {
    data[..data.len().min(MAX_DATA)].into()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The recording of the request that a handler answers. A route that is not recorded has one,
/// too, which nobody ever sees.
impl<S: Sync> FromRequestParts<S> for Recording {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let begun = parts.extensions.get::<Self>().cloned();
        Ok(begun.unwrap_or_else(|| Self::begin(0, OffsetDateTime::UNIX_EPOCH, "", "")))
    }
}

impl Event {
    /// When it ended, counted from the coming of the request.
    pub fn end(&self) -> Duration {
        self.at + self.took
    }
}
