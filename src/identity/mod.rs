//! What the port decides: every name that could collide with another copy's.
//!
//! Pure: no file, no clock, no network. Two copies on one host differ in their port and in
//! nothing else, so whatever must differ between them is derived here, and only here.

mod key;
mod names;
mod port;

pub use key::{Fingerprint, InstallKey, InstallKeyError};
pub use names::{CookieName, Names, TablePrefix};
pub use port::{Port, PortError};

use secrecy::SecretString;
use tower_sessions::cookie::Key;

/// One copy's names and secrets: a port seen through an install key.
#[derive(Clone)]
pub struct Identity {
    /// The names, which are public: everybody who knows the port knows them.
    pub names: Names,
    /// Signs the session cookie; 64 bytes.
    pub cookie_key: Key,
    /// Opens the owner's pages; base64url of 32 bytes.
    pub owner_token: SecretString,
    /// Tells, in a shared database, whose tables these are.
    pub fingerprint: Fingerprint,
}

impl Identity {
    /// Derives everything that `port` decides for the holder of `key`.
    pub fn derive(port: Port, key: &InstallKey) -> Self {
        Self {
            names: Names::of(port),
            cookie_key: key.cookie_key(port),
            owner_token: key.owner_token(port),
            fingerprint: key.fingerprint(),
        }
    }

    /// The port that all of this was derived from.
    pub fn port(&self) -> Port {
        self.names.port
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
