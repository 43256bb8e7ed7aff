//! A session as a document: `{_id, data, expiry, expiry_micros, version}`, and `lock` where it is
//! locked.

use super::{Listed, StoredSession, Version, from_micros};
use mongodb::bson::{Binary, DateTime, Document, doc, spec::BinarySubtype};
use time::OffsetDateTime;

/// All fields but the id.
pub(super) fn stored(session: &StoredSession) -> Document {
    let data = Binary {
        subtype: BinarySubtype::Generic,
        bytes: session.data.clone(),
    };
    let mut fields = ending(session.expiry);
    fields.insert("data", data);
    fields.insert("version", session.version.0);
    fields
}

/// Those that a save of `session` over the version `over` may overwrite.
pub(super) fn giving_way(session: &StoredSession, over: Version) -> Document {
    doc! { "$in": [over.0, session.version.0] }
}

pub(super) fn ending(expiry: OffsetDateTime) -> Document {
    let (micros, date) = moment(expiry);
    doc! { "expiry": date, "expiry_micros": micros }
}

/// A moment as we read it, in microseconds, and as MongoDB's sweep does, in milliseconds.
pub(super) fn moment(moment: OffsetDateTime) -> (i64, DateTime) {
    let micros = (moment.unix_timestamp_nanos() / 1000) as i64;
    // Rounded up: a session must not be swept away before it has expired.
    (micros, DateTime::from_millis((micros + 999) / 1000))
}

/// `None` where it is no session of ours.
pub(super) fn read(document: &Document) -> Option<StoredSession> {
    Some(StoredSession {
        data: document.get_binary_generic("data").ok()?.clone(),
        expiry: expiry_of(document)?,
        version: Version(document.get_i64("version").ok()?),
    })
}

fn expiry_of(document: &Document) -> Option<OffsetDateTime> {
    from_micros(document.get_i64("expiry_micros").ok()?)
}

/// A document that was asked for the size of its data.
pub(super) fn listed(document: &Document) -> Option<Listed> {
    Some(Listed {
        id: document.get_str("_id").ok()?.parse().ok()?,
        bytes: u64::from(document.get_i32("bytes").ok()?.unsigned_abs()),
        expiry: expiry_of(document)?,
    })
}
