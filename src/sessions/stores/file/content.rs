//! How a session lies in its file: the version in the first line, then the session itself.

use super::{StoredSession, Version};
use std::io::{self, Read};
use time::OffsetDateTime;

/// The first line's length: as many digits as the largest version has, and its end.
pub(super) const FIRST_LINE: usize = 20;

/// The whole text.
pub(super) fn text(session: &StoredSession) -> Vec<u8> {
    let mut text = format!("{:019}\n", session.version.0).into_bytes();
    text.extend_from_slice(&session.data);
    text
}

/// The reverse of [`text`]; `None` for what is no session of ours.
pub(super) fn session(text: &[u8], expiry: OffsetDateTime) -> Option<StoredSession> {
    let (first_line, data) = text.split_first_chunk::<FIRST_LINE>()?;
    Some(StoredSession {
        data: data.to_vec(),
        expiry,
        version: version_in(first_line)?,
    })
}

/// The version in a file, of which no more is read; `None` as for [`session`].
pub(super) fn version(mut file: impl Read) -> io::Result<Option<Version>> {
    let mut first_line = [0; FIRST_LINE];
    match file.read_exact(&mut first_line) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        read => read.map(|()| version_in(&first_line)),
    }
}

fn version_in(first_line: &[u8; FIRST_LINE]) -> Option<Version> {
    let digits = std::str::from_utf8(first_line).ok()?.strip_suffix('\n')?;
    digits.parse().ok().map(Version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRY: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn a_session_comes_back_with_its_version() {
        for number in [0, 7, i64::MAX] {
            let stored = StoredSession {
                data: b"{}\n\xff".to_vec(),
                expiry: EXPIRY,
                version: Version(number),
            };
            let text = text(&stored);
            assert_eq!(text.len(), FIRST_LINE + stored.data.len());
            assert_eq!(version(&text[..]).unwrap(), Some(stored.version));
            assert_eq!(session(&text, EXPIRY), Some(stored));
        }
    }

    #[test]
    fn what_has_no_first_line_of_ours_is_no_session() {
        for text in [&b""[..], b"{}", b"{\"created\":1790000000,\"data\":{}}\n"] {
            assert_eq!(session(text, EXPIRY), None);
            assert_eq!(version(text).unwrap(), None);
        }
    }
}
