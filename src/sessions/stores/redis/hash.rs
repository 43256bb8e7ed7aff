//! A session as a hash: the fields `data`, `expiry` and `version`.

use super::{StoredSession, Version};
use crate::sessions::stores::from_micros;
use fred::types::Value;
use time::OffsetDateTime;

/// What was found under `data`, `expiry` and `version`.
pub(super) type Fields = (Option<Vec<u8>>, Option<String>, Option<String>);

/// `None` where it is no session of ours.
pub(super) fn read((data, expiry, version): Fields) -> Option<StoredSession> {
    Some(StoredSession {
        data: data?,
        expiry: from_micros(expiry?.parse().ok()?)?,
        version: Version(version?.parse().ok()?),
    })
}

/// A session as the scripts take it: data, expiry twice, version.
pub(super) fn stored(session: &StoredSession) -> Vec<Value> {
    let data = Value::Bytes(session.data.clone().into());
    let [micros, millis] = moment(session.expiry);
    vec![data, micros, millis, Value::Integer(session.version.0)]
}

/// The same, and the version that it is to overwrite.
pub(super) fn overwriting(session: &StoredSession, over: Version) -> Vec<Value> {
    let mut arguments = stored(session);
    arguments.push(Value::Integer(over.0));
    arguments
}

/// A moment as we read it, in microseconds, and as Redis does, in milliseconds.
pub(super) fn moment(moment: OffsetDateTime) -> [Value; 2] {
    let micros = moment.unix_timestamp_nanos() / 1000;
    // Rounded up: the key must not go before its session has expired.
    let millis = (micros + 999) / 1000;
    [micros, millis].map(|number| Value::Integer(number as i64))
}
