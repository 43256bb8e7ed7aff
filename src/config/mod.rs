//! Set-up: what the files, the environment and the flags say, checked before a port is opened.
//!
//! Each file has a room of its own that finds it, reads it and refuses it; the order
//! everywhere is flag, environment, file, default.

mod certificate;
mod credentials;
mod files;
mod install_key;
mod options;
mod port_file;
mod refusal;
mod store;
mod store_kind;

pub use certificate::{Certificate, CertificateFiles};
pub use credentials::Credentials;
pub use files::{
    could_make, private_file, private_folder, read_text, refuse_if_shared, write_whole,
};
pub use install_key::InstallKeyFile;
pub use options::{Options, Tenancy};
pub use port_file::{Assignment, TRIAL_PORT, assignment, port_in};
pub use refusal::{Refusal, quoted};
pub use store::{CookieForm, SQLITE_FILE, StoreSetup, store_setup};
pub use store_kind::StoreKind;

use crate::identity::Identity;

/// Everything that a copy needs to start, found and checked.
#[derive(Debug)]
pub struct Settings {
    /// The port, and whether it was assigned or is a private trial.
    pub assignment: Assignment,
    /// The names and secrets derived from the port.
    pub identity: Identity,
    /// The chain and key to serve with.
    pub certificate: Certificate,
    /// Where the chain and the key were read, to be read again when they change.
    pub certificate_files: CertificateFiles,
    /// Where sessions live.
    pub store: StoreSetup,
}

impl Settings {
    /// Reads all files in the order in which `doctor` shows them, and makes those that a first
    /// start makes: the install key and the self-signed pair.
    ///
    /// # Errors
    /// The first file that cannot be used, with what mends it.
    pub fn load(options: &Options) -> Result<Self, Refusal> {
        let assignment = assignment(options)?.with_free_port()?;
        let key = InstallKeyFile::locate(options)?.load_or_make()?;
        let store = store_setup(options, assignment)?;
        let certificate_files = CertificateFiles::locate(options)?;
        let certificate = certificate_files.load_or_make()?;
        Ok(Self {
            assignment,
            identity: Identity::derive(assignment.port(), &key),
            certificate,
            certificate_files,
            store,
        })
    }
}
