//! One request, taken apart.

use super::{Label, Masked};
use serde_json::Value;
use std::{borrow::Cow, time::Duration};
use time::OffsetDateTime;

/// A request that was answered, or that is still at work.
#[derive(Debug, Clone)]
pub struct Record {
    /// Counts the requests of this process.
    pub number: u64,
    /// When it came.
    pub began: OffsetDateTime,
    /// Its method, such as `GET`.
    pub method: Cow<'static, str>,
    /// Its path and query, shortened if they are very long.
    pub path: String,
    /// The status of its answer; 0 while there is none.
    pub status: u16,
    /// From its coming to its answer.
    pub took: Duration,
    /// What happened, in the order in which it ended.
    pub events: Vec<Event>,
    /// What the events quote, one piece after the other: a piece of memory for each would have to
    /// be found and freed at every request.
    pub(super) quoted: Vec<u8>,
}

/// A text within a record, which [`Record::text`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

/// Something that happened on the way. Kept in nanoseconds, which take half the room of a
/// [`Duration`]: there are thousands.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    at: u64,
    took: u64,
    /// What it was.
    pub what: What,
}

impl Event {
    /// `what`, which began so long after the request came, and took so long.
    pub(super) fn new(at: Duration, took: Duration, what: What) -> Self {
        let (at, took) = (nanos(at), nanos(took));
        Self { at, took, what }
    }

    /// `what`, at once after this one.
    pub(super) fn followed_by(&self, what: What) -> Self {
        let at = self.at.saturating_add(self.took);
        Self { at, took: 0, what }
    }

    /// When it began, counted from the coming of the request.
    pub fn at(&self) -> Duration {
        Duration::from_nanos(self.at)
    }

    /// How long it took.
    pub fn took(&self) -> Duration {
        Duration::from_nanos(self.took)
    }

    /// When it ended, counted from the coming of the request.
    pub fn end(&self) -> Duration {
        self.at() + self.took()
    }
}

/// Enough for five centuries.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What can happen.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// Our cookie came along.
    CookieIn {
        /// Its name.
        name: Label,
        /// The beginning of the id in it, or of whatever was there.
        value: Masked,
        /// Whether its signature is ours.
        good: bool,
    },
    /// A page of another origin sent the request, so it has no session.
    Foreign,
    /// The session's lock was waited for.
    Lock,
    /// The store was asked.
    Store(StoreCall),
    /// The page slept on purpose.
    Sleep,
    /// A lesson's own remark: a short name, and what there is to say.
    Note(&'static str, Span),
    /// The session's data as they were found; JSON, at most [`MAX_DATA`](super::MAX_DATA) bytes.
    Before(Span),
    /// The session's data as they were written.
    After(Span),
    /// A cookie of ours was set or removed.
    CookieOut {
        /// Its name.
        name: Label,
        /// The beginning of the id in it; `None` in a removal.
        value: Option<Masked>,
        /// What stands behind the value, such as `Secure; HttpOnly`.
        attributes: Span,
    },
}

/// A question to the store.
#[derive(Debug, Clone, Copy)]
pub struct StoreCall {
    /// The store's name.
    pub store: &'static str,
    /// What it was asked to do.
    pub operation: Operation,
    /// The same in the store's own words.
    pub statement: Label,
    /// How many bytes of session data went there or came back: there are never as many as fit.
    pub bytes: u32,
    /// What it answered.
    pub outcome: Outcome,
}

/// What a store can be asked to do with one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// To keep a new one.
    Create,
    /// To tell it.
    Load,
    /// To overwrite it.
    Save,
    /// To move its expiry.
    Touch,
    /// To forget it.
    Delete,
}

/// What a store answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was there, or it was done.
    Done,
    /// There is no such session, or, when creating one, there is one already.
    NotThere,
    /// It could not.
    Failed,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] = [
        Self::Create,
        Self::Load,
        Self::Save,
        Self::Touch,
        Self::Delete,
    ];

    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Load => "load",
            Self::Save => "save",
            Self::Touch => "touch",
            Self::Delete => "delete",
        }
    }
}

impl Record {
    /// A record in which nothing is written yet.
    pub(super) fn blank() -> Self {
        Self {
            number: 0,
            began: OffsetDateTime::UNIX_EPOCH,
            method: Cow::Borrowed(""),
            path: String::new(),
            status: 0,
            took: Duration::ZERO,
            // Room for what a request usually does.
            events: Vec::with_capacity(8),
            quoted: Vec::with_capacity(256),
        }
    }

    /// Makes it blank again; the memory stays.
    pub(super) fn wipe(&mut self) {
        // Field by field: a blank record to take the others from would be memory made and freed.
        let Self {
            number,
            began,
            method,
            path,
            status,
            took,
            events,
            quoted,
        } = self;
        (*number, *status) = (0, 0);
        (*began, *took) = (OffsetDateTime::UNIX_EPOCH, Duration::ZERO);
        *method = Cow::Borrowed("");
        path.clear();
        events.clear();
        quoted.clear();
    }

    /// Writes down what came with the request, if anything did.
    pub(super) fn came(&mut self, what: Option<What>) {
        let (at, took) = (Duration::ZERO, Duration::ZERO);
        self.events
            .extend(what.map(|what| Event::new(at, took, what)));
    }

    /// Keeps what an event quotes.
    pub(super) fn quote(&mut self, pieces: &[impl AsRef<[u8]>]) -> Span {
        let here = |quoted: &Vec<u8>| u32::try_from(quoted.len()).unwrap_or(u32::MAX);
        let start = here(&self.quoted);
        for piece in pieces {
            self.quoted.extend_from_slice(piece.as_ref());
        }
        let end = here(&self.quoted);
        Span { start, end }
    }

    /// What an event of this record quotes.
    pub fn text(&self, span: Span) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes_of(span))
    }

    fn bytes_of(&self, span: Span) -> &[u8] {
        let range = span.start as usize..span.end as usize;
        self.quoted.get(range).unwrap_or_default()
    }

    /// The path without its query.
    pub fn path_only(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// The session's data before and after this request; null where there were none. What was
    /// not written is as it was found.
    pub fn data(&self) -> (Value, Value) {
        let found = self.last(|what| match what {
            What::Before(data) => Some(self.bytes_of(*data)),
            _ => None,
        });
        let written = self.last(|what| match what {
            What::After(data) => Some(self.bytes_of(*data)),
            _ => None,
        });
        let before = found.map_or(Value::Null, parsed);
        let after = match written {
            Some(data) => parsed(data),
            None if self.removed_cookie() => Value::Null,
            None => before.clone(),
        };
        (before, after)
    }

    /// Whether our cookie came along with a good signature.
    pub fn came_with_cookie(&self) -> bool {
        self.any(|what| matches!(what, What::CookieIn { good: true, .. }))
    }

    /// Whether the answer set our cookie.
    pub fn set_cookie(&self) -> bool {
        self.any(|what| matches!(what, What::CookieOut { value: Some(_), .. }))
    }

    /// Whether the answer removed our cookie.
    pub fn removed_cookie(&self) -> bool {
        self.any(|what| matches!(what, What::CookieOut { value: None, .. }))
    }

    /// How long the page slept on purpose.
    pub fn slept(&self) -> Duration {
        let sleeps = self.events.iter();
        let sleeps = sleeps.filter(|event| matches!(event.what, What::Sleep));
        sleeps.map(Event::took).sum()
    }

    /// What the lesson remarked under `name`, the last time it did.
    pub fn note(&self, name: &str) -> Option<&str> {
        self.last(|what| match what {
            What::Note(other, detail) if *other == name => Some(self.bytes_of(*detail)),
            _ => None,
        })
        // Remarks are text.
        .and_then(|detail| str::from_utf8(detail).ok())
    }

    /// How often the store was asked for `operation` and did it.
    pub fn store_calls(&self, operation: Operation) -> usize {
        let done = |event: &&Event| match &event.what {
            What::Store(call) => call.operation == operation && call.outcome == Outcome::Done,
            _ => false,
        };
        self.events.iter().filter(done).count()
    }

    /// What its pieces of memory have room for, in bytes.
    pub(super) fn room(&self) -> usize {
        let events = self.events.capacity() * size_of::<Event>();
        events + self.path.capacity() + self.quoted.capacity()
    }

    fn any(&self, wanted: impl Fn(&What) -> bool) -> bool {
        self.events.iter().any(|event| wanted(&event.what))
    }

    fn last<'a, T>(&'a self, wanted: impl Fn(&'a What) -> Option<T>) -> Option<T> {
        self.events
            .iter()
            .rev()
            .find_map(|event| wanted(&event.what))
    }
}

/// The data in a stored session; what is cut off or torn is text.
fn parsed(stored: &[u8]) -> Value {
    match serde_json::from_slice::<Value>(stored) {
        Ok(mut session) => session["data"].take(),
        Err(_) => Value::String(String::from_utf8_lossy(stored).into_owned()),
    }
}
