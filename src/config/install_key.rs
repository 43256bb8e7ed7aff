//! The file `install.key`: one random key for each user of the host.
//!
//! It lies outside the checkout, so that no copy of a folder and no push takes it along.

use super::{Options, Refusal, files, quoted};
use crate::identity::InstallKey;
use secrecy::ExposeSecret;
use std::{env, io, path::PathBuf};

/// Where the install key is, or will be made.
#[derive(Debug, Clone)]
pub struct InstallKeyFile(PathBuf);

impl InstallKeyFile {
    /// The path from the flag or environment, else below the user's configuration folder.
    ///
    /// # Errors
    /// When the user has no home folder to look in.
    pub fn locate(options: &Options) -> Result<Self, Refusal> {
        if let Some(path) = &options.install_key {
            return Ok(Self(path.clone()));
        }
        // A relative XDG_CONFIG_HOME is to be ignored (XDG Base Directory Specification).
        let folder = env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| env::home_dir().map(|home| home.join(".config")))
            .ok_or_else(|| {
                let problem = "no home folder to keep the install key in: HOME is not set";
                Refusal::new(problem, "sweatbox --install-key FILE")
            })?;
        Ok(Self(folder.join("sweatbox/install.key")))
    }

    /// The path, for messages.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// The key, or `None` when there is no file yet.
    ///
    /// # Errors
    /// A file that others can read or that does not hold 64 hexadecimal digits. It is never
    /// replaced silently: with another key every session of every copy would be lost.
    pub fn load(&self) -> Result<Option<InstallKey>, Refusal> {
        let Some(text) = files::read_text(&self.0)? else {
            return Ok(None);
        };
        files::refuse_if_shared(&self.0)?;
        text.trim().parse().map(Some).map_err(|error| {
            let word = quoted(&self.0);
            Refusal::new(
                format!("{}: {error}", self.0.display()),
                format!(
                    "bring back the old file, or `mv {word} {word}.old` for a new key; \
                     tables made under the old key will then be refused"
                ),
            )
        })
    }

    /// The key; on a first start a new one, written 0600.
    ///
    /// # Errors
    /// As for [`load`](Self::load), and when the file cannot be written.
    pub fn load_or_make(&self) -> Result<InstallKey, Refusal> {
        if let Some(key) = self.load()? {
            return Ok(key);
        }
        let key = InstallKey::random().map_err(|error| {
            Refusal::new(format!("no random bytes: {error}"), "start again later")
        })?;
        let line = format!("{}\n", key.to_hex().expose_secret());
        match files::write_private(&self.0, line.as_bytes()) {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.load_or_make(),
            Err(error) => Err(Refusal::io("make", &self.0, &error)),
        }
    }
}
