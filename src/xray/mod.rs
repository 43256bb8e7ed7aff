//! The X-ray: what happened to a visitor's session in his or her own requests.
//!
//! A request writes down what it does in a [`Recording`]; when it is answered, the finished
//! [`Record`] goes into the ring of its session, where its visitor, and nobody else, finds it.
//! Everything is in memory and bounded: a flood pushes out the oldest.

mod json;
mod label;
mod masked;
mod record;
mod recording;
mod rings;
mod view;

pub use json::to_json;
pub use label::Label;
pub use masked::Masked;
pub use record::{Event, Operation, Outcome, Record, Span, StoreCall, What};
pub use recording::Recording;
pub use rings::{Budget, Ring, Rings};
pub use view::{panel, record_html};

/// The most of a session's data that an event keeps, in bytes.
pub const MAX_DATA: usize = 4 * 1024;
/// The most requests that are kept of one session.
pub const MAX_RECORDS: usize = 64;
/// The most sessions of which requests are kept.
pub const MAX_RINGS: usize = 1_000;
/// The most memory that all of it takes, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
