//! A request that is being recorded.

use super::{Event, Label, MAX_DATA, Masked, Record, Span, What};
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
    /// `None` once it is finished.
    record: Option<Box<Record>>,
    /// Looking at the X-ray is no part of what is looked at.
    unwanted: bool,
}

impl Recording {
    /// Begins to record the request with this method, path and query.
    pub fn begin(number: u64, began: OffsetDateTime, method: &str, path: &str) -> Self {
        Self::begin_on(Box::new(Record::blank()), number, began, method, path)
    }

    /// The same in `record`, which is blank.
    pub(super) fn begin_on(
        mut record: Box<Record>,
        number: u64,
        began: OffsetDateTime,
        method: &str,
        path: &str,
    ) -> Self {
        record.number = number;
        record.began = began;
        record.method = method_named(method);
        let (path, mark) = shortened(path);
        record.path.push_str(path);
        record.path.push_str(mark);
        Self(Some(Arc::new(Notebook {
            start: Instant::now(),
            page: Mutex::new(Page {
                record: Some(record),
                unwanted: false,
            }),
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
            notebook.page().write(|_| Event::new(at, took, what));
        }
    }

    /// Writes down what began at `start` and has just ended.
    pub fn took(&self, start: Instant, what: What) {
        if let Some(notebook) = &self.0 {
            let at = start.saturating_duration_since(notebook.start);
            let took = start.elapsed();
            notebook.page().write(|_| Event::new(at, took, what));
        }
    }

    /// Writes down a lesson's remark.
    pub fn note(&self, name: &'static str, detail: &str) {
        let (detail, mark) = shortened(detail);
        self.quotes(&[detail, mark], |detail| What::Note(name, detail));
    }

    /// Writes down the session's data as they are now: as much as an event keeps. They are so since
    /// the last event, for which the store was asked; a look at the clock would take longer than to
    /// write this down.
    pub fn data(&self, what: fn(Span) -> What, data: &[u8]) {
        if let Some(notebook) = &self.0 {
            let data = &data[..data.len().min(MAX_DATA)];
            notebook.page().write(|record| {
                let what = what(record.quote(&[data]));
                match record.events.last() {
                    Some(last) => last.followed_by(what),
                    None => Event::new(Duration::ZERO, Duration::ZERO, what),
                }
            });
        }
    }

    /// Writes down that a cookie was set, or, without a value, removed.
    pub fn cookie_out(&self, name: Label, value: Option<Masked>, attributes: &[u8]) {
        self.quotes(&[attributes], |attributes| What::CookieOut {
            name,
            value,
            attributes,
        });
    }

    /// Writes down what has just happened, with a text that belongs to it, in pieces.
    fn quotes(&self, text: &[impl AsRef<[u8]>], what: impl FnOnce(Span) -> What) {
        if let Some(notebook) = &self.0 {
            let (at, took) = (notebook.start.elapsed(), Duration::ZERO);
            notebook.page().write(|record| {
                let what = what(record.quote(text));
                Event::new(at, took, what)
            });
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
        let mut record = notebook.page().record.as_deref()?.clone();
        record.took = notebook.start.elapsed();
        Some(record)
    }

    /// The record of the request that was answered with `status`; `None` where it is not wanted.
    /// What happens from now on is not written down any more.
    pub fn finished(&self, status: u16) -> Option<Box<Record>> {
        let notebook = self.0.as_ref()?;
        let mut page = notebook.page();
        if page.unwanted {
            return None;
        }
        let mut record = page.record.take()?;
        record.status = status;
        record.took = notebook.start.elapsed();
        Some(record)
    }
}

impl Notebook {
    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Page {
    fn write(&mut self, event: impl FnOnce(&mut Record) -> Event) {
        if let Some(record) = &mut self.record {
            let event = event(record);
            record.events.push(event);
        }
    }
}

/// The usual methods need no memory of their own.
fn method_named(method: &str) -> Cow<'static, str> {
    const USUAL: [&str; 4] = ["GET", "POST", "HEAD", "PUT"];
    match USUAL.into_iter().find(|usual| *usual == method) {
        Some(usual) => usual.into(),
        None => shortened(method).0.to_owned().into(),
    }
}

/// As much of a text as is kept, and the mark that there was more.
fn shortened(text: &str) -> (&str, &'static str) {
    // Nearly all are shorter even in bytes, and need not be looked through.
    if text.len() <= MAX_TEXT {
        return (text, "");
    }
    match text.char_indices().nth(MAX_TEXT) {
        None => (text, ""),
        Some((end, _)) => (&text[..end], "…"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shortened_by_its_characters_and_not_its_bytes() {
        for one in ["a", "ä"] {
            let [whole, long] = [MAX_TEXT, MAX_TEXT + 1].map(|length| one.repeat(length));
            assert_eq!(shortened(&whole), (&*whole, ""));
            assert_eq!(shortened(&long), (&*whole, "…"));
        }
    }
}
