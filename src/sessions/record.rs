//! What a session looks like in a store: JSON, so that a learner can read the table.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use time::OffsetDateTime;

/// The largest encoded session, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// `{"created":1790000000,"data":{"wait":3}}`; sorted, so that equal sessions are equal bytes.
#[derive(Serialize, Deserialize)]
struct Envelope<Map> {
    /// When the session began, in seconds since 1970: what the absolute limit counts from.
    created: i64,
    data: Map,
}

pub(super) fn encode(
    created: OffsetDateTime,
    data: &HashMap<String, Value>,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Envelope {
        created: created.unix_timestamp(),
        data: data.iter().collect::<BTreeMap<_, _>>(),
    })
}

/// The reverse of [`encode`]; `None` for bytes that are no session of ours.
pub(super) fn decode(bytes: &[u8]) -> Option<(OffsetDateTime, HashMap<String, Value>)> {
    let envelope: Envelope<_> = serde_json::from_slice(bytes).ok()?;
    let created = OffsetDateTime::from_unix_timestamp(envelope.created).ok()?;
    Some((created, envelope.data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_reads_as_json_and_comes_back() {
        let created = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let data = HashMap::from([("wait".into(), 3.into()), ("b".into(), "x".into())]);
        let bytes = encode(created, &data).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert_eq!(text, r#"{"created":1790000000,"data":{"b":"x","wait":3}}"#);
        assert_eq!(decode(&bytes), Some((created, data)));
    }

    #[test]
    fn bytes_that_are_no_session_are_nobody_s() {
        for bytes in [
            &b""[..],
            b"{}",
            b"\xff",
            br#"{"created":1}"#,
            br#"{"created":1e30,"data":{}}"#,
        ] {
            assert_eq!(decode(bytes), None);
        }
    }
}
