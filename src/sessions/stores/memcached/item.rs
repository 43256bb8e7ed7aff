//! How a session lies in an item of Memcached.

use super::{StoredSession, Version, from_micros};
use time::OffsetDateTime;

/// Memcached takes a time up to this for a span from now, a larger one for a date.
const LONGEST_SPAN: i64 = 30 * 24 * 60 * 60;

/// Eight bytes each for the expiry and the version, then the data: an item can be changed as a
/// whole only, so that all have to be in one, and its own end is in whole seconds and cannot be
/// asked for. Its own number is another one after every touch.
pub(super) fn packed(session: &StoredSession) -> Vec<u8> {
    let micros = (session.expiry.unix_timestamp_nanos() / 1000) as i64;
    let (expiry, version) = (micros.to_be_bytes(), session.version.0.to_be_bytes());
    [&expiry[..], &version[..], &session.data[..]].concat()
}

/// The reverse of [`packed`]; `None` for what is no session of ours.
pub(super) fn unpacked(value: &[u8]) -> Option<StoredSession> {
    let (micros, rest) = value.split_first_chunk::<8>()?;
    let (version, data) = rest.split_first_chunk::<8>()?;
    Some(StoredSession {
        data: data.to_vec(),
        expiry: from_micros(i64::from_be_bytes(*micros))?,
        version: Version(i64::from_be_bytes(*version)),
    })
}

/// Until when Memcached keeps a session, as a flag of its command `ms`.
pub(super) fn keep_until(expiry: OffsetDateTime) -> String {
    // Rounded up: the item must not go before its session has expired.
    let second = expiry.unix_timestamp() + i64::from(expiry.nanosecond() > 0);
    // A date so long ago would be taken for a span, or for no end at all; -1 is "over".
    let second = if second > LONGEST_SPAN { second } else { -1 };
    // Signed, of 32 bits: after 2038-01-19 the item goes early. Nobody's session lives so long,
    // and our own eight bytes tell the truth.
    format!("T{}", second.min(i64::from(i32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(micros: i128) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(micros * 1000).unwrap()
    }

    #[test]
    fn an_item_is_kept_as_long_as_its_session() {
        assert_eq!(keep_until(micros(1_900_000_000_000_000)), "T1900000000");
        assert_eq!(keep_until(micros(1_900_000_000_000_001)), "T1900000001");
    }

    #[test]
    fn what_would_be_taken_for_a_span_is_over() {
        for past in [-1, 0, 1, LONGEST_SPAN] {
            assert_eq!(keep_until(micros(i128::from(past) * 1_000_000)), "T-1");
        }
    }

    #[test]
    fn beyond_2038_the_item_goes_early_and_the_session_keeps_its_expiry() {
        let data = b"\0\r\nEND\r\n\xff".to_vec();
        let expiry = micros(4_273_000_000_123_456);
        assert_eq!(keep_until(expiry), "T2147483647");
        let session = StoredSession::new(data, expiry);
        assert_eq!(unpacked(&packed(&session)).unwrap(), session);
    }

    #[test]
    fn what_is_too_short_is_no_session() {
        assert_eq!(unpacked(b"short"), None);
        assert_eq!(unpacked(&[0; 15]), None);
        assert_eq!(unpacked(&[0x7f; 20]), None);
    }
}
