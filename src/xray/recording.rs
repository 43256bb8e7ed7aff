//! A request that is being recorded.

use super::{Event, MAX_DATA, Record, What};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::{
    borrow::Cow,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use time::OffsetDateTime;

/// The longest path, and the longest remark, that is kept.
const MAX_TEXT: usize = 512;

/// What a request writes down about itself; nothing where recording is off. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recording(Option<Arc<Notebook>>);

#[derive(Debug)]
struct Notebook {
    start: Instant,
    page: Mutex<Page>,
}

#[derive(Debug)]
struct Page {
    record: Record,
    /// Looking at the X-ray is no part of what is looked at.
    unwanted: bool,
}

impl Recording {
    /// Begins to record the request with this method, path and query.
    pub fn begin(number: u64, began: OffsetDateTime, method: &str, path: &str) -> Self {
        let record = Record {
            number,
            began,
            method: method_named(method),
            path: shortened(path),
            status: 0,
            took: Duration::ZERO,
            // Room for what a request usually does.
            events: Vec::with_capacity(8),
        };
        let unwanted = false;
        Self(Some(Arc::new(Notebook {
            start: Instant::now(),
            page: Mutex::new(Page { record, unwanted }),
        })))
    }

    /// A recording in which nothing is written down.
    pub fn off() -> Self {
        Self(None)
    }

    /// Writes down what has just happened.
    pub fn happened(&self, what: What) {
        if let Some(notebook) = &self.0 {
            let (at, took) = (notebook.start.elapsed(), Duration::ZERO);
            notebook.page().record.events.push(Event { at, took, what });
        }
    }

    /// Writes down what began at `start` and has just ended.
    pub fn took(&self, start: Instant, what: What) {
        if let Some(notebook) = &self.0 {
            let at = start.saturating_duration_since(notebook.start);
            let took = start.elapsed();
            notebook.page().record.events.push(Event { at, took, what });
        }
    }

    /// Writes down a lesson's remark.
    pub fn note(&self, name: &'static str, detail: &str) {
        self.happened(What::Note(name, shortened(detail)));
    }

    /// Writes down the session's data as they are now: as much as an event keeps.
    pub fn data(&self, what: fn(Arc<[u8]>) -> What, data: &[u8]) {
        if self.is_on() {
            self.happened(what(data[..data.len().min(MAX_DATA)].into()));
        }
    }

    /// Keeps this request out of the X-ray.
    pub fn forget(&self) {
        if let Some(notebook) = &self.0 {
            notebook.page().unwanted = true;
        }
    }

    /// Whether anything is written down.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The record as it is while the request is still at work.
    pub fn so_far(&self) -> Option<Record> {
        let notebook = self.0.as_ref()?;
        let mut record = notebook.page().record.clone();
        record.took = notebook.start.elapsed();
        Some(record)
    }

    /// The record of the request that was answered with `status`; `None` where it is not wanted.
    /// What happens from now on is not written down any more.
    pub fn finished(&self, status: u16) -> Option<Record> {
        let notebook = self.0.as_ref()?;
        let mut page = notebook.page();
        if page.unwanted {
            return None;
        }
        page.unwanted = true;
        // Moved and not copied: this happens at every request.
        let record = &mut page.record;
        Some(Record {
            number: record.number,
            began: record.began,
            method: std::mem::take(&mut record.method),
            path: std::mem::take(&mut record.path),
            status,
            took: notebook.start.elapsed(),
            events: std::mem::take(&mut record.events),
        })
    }
}

impl Notebook {
    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The usual methods need no memory of their own.
fn method_named(method: &str) -> Cow<'static, str> {
    const USUAL: [&str; 4] = ["GET", "POST", "HEAD", "PUT"];
    match USUAL.into_iter().find(|usual| *usual == method) {
        Some(usual) => usual.into(),
        None => shortened(method).into(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The recording of the request that a handler answers; off for a route that is not recorded.
impl<S: Sync> FromRequestParts<S> for Recording {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let begun = parts.extensions.get::<Self>().cloned();
        Ok(begun.unwrap_or_else(Self::off))
    }
}

impl Event {
    /// When it ended, counted from the coming of the request.
    pub fn end(&self) -> Duration {
        self.at + self.took
    }
}
