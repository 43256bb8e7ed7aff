//! One session as a store keeps it, and the version by which a late change is known.
//!
//! A change that was refused may still lie somewhere on the network, and reach the server after
//! later ones were made. So each save names the version that it was made from, and is done over
//! that one only.

use time::OffsetDateTime;
use tower_sessions::session::Id;

/// One session as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The encoded session, whatever it holds.
    pub data: Vec<u8>,
    /// From this moment on the session counts as gone; to the microsecond.
    pub expiry: OffsetDateTime,
    /// Another one after every change but that of the expiry alone.
    pub version: Version,
}

impl StoredSession {
    /// What is to be created or saved, as a version of its own.
    pub fn new(data: Vec<u8>, expiry: OffsetDateTime) -> Self {
        Self {
            data,
            expiry,
            version: Version::random(),
        }
    }
}

/// Tells a session from what it was before; never negative.
///
/// Random and no counter: of two changes made from the same version each has a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub i64);

impl Version {
    fn random() -> Self {
        Self(rand::random::<i64>() & i64::MAX)
    }

    /// Whether what has this version may be overwritten by `new`, which was made from `over`. A
    /// save that is repeated finds itself, and counts as done.
    pub(super) fn gives_way_to(self, new: Self, over: Self) -> bool {
        self == over || self == new
    }
}

/// A session to be written with others.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: Id,
    /// What is to be written.
    pub session: StoredSession,
    /// The version that a save is done over; to a new session it means nothing.
    pub over: Version,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_to_be_written_has_a_version_of_its_own() {
        let version = || StoredSession::new(Vec::new(), OffsetDateTime::UNIX_EPOCH).version;
        let (one, other) = (version(), version());
        assert_ne!(one, other);
        assert!(one.0 >= 0 && other.0 >= 0);
    }

    #[test]
    fn a_version_gives_way_to_a_change_of_it_and_to_itself() {
        let [loaded, new, other] = [1, 2, 3].map(Version);
        assert!(loaded.gives_way_to(new, loaded));
        assert!(new.gives_way_to(new, loaded));
        assert!(!other.gives_way_to(new, loaded));
    }
}
