//! What may be said by flag or environment: the sources that go before the files.

use super::StoreKind;
use std::{net::IpAddr, path::PathBuf};

/// Where to look for the port and the files, and how to serve.
///
/// No secret is among them: arguments are visible to every user of the host in `ps`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// The assigned port, instead of the one in the file `.port`
    #[arg(long, value_name = "PORT", env = "SWEATBOX_PORT")]
    pub port: Option<String>,

    /// JSON file with the database credentials [default: ~/.mysqlSecrets.json]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_CREDENTIALS")]
    pub credentials: Option<PathBuf>,

    /// Where sessions live; without it the credentials file decides
    #[arg(long, value_enum, env = "SWEATBOX_STORE")]
    pub store: Option<StoreKind>,

    /// Other processes serve this port from the same store: take its locks, too
    #[arg(long, env = "SWEATBOX_REPLICAS")]
    pub replicas: bool,

    /// With --store cookie: encrypt the session, so that its visitor cannot read it either
    #[arg(long, env = "SWEATBOX_ENCRYPT_COOKIE")]
    pub encrypt_cookie: bool,

    /// PEM file with the certificate chain [default: certs/selfsigned.crt]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_CERT")]
    pub cert: Option<PathBuf>,

    /// PEM file with the private key [default: certs/selfsigned.key]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_KEY")]
    pub key: Option<PathBuf>,

    /// File with the install key [default: ~/.config/sweatbox/install.key]
    #[arg(long, value_name = "FILE", env = "SWEATBOX_INSTALL_KEY")]
    pub install_key: Option<PathBuf>,

    /// Address to listen on; may be repeated [default: all interfaces, in a trial loopback]
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "SWEATBOX_BIND",
        value_delimiter = ','
    )]
    pub bind: Vec<IpAddr>,
}

/// With whom a process shares its sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// With no other process: its locks are its own.
    Alone,
    /// With others of the same port (`--replicas`), which use the store's locks, too.
    Replica,
}

impl Options {
    /// What `--replicas` says.
    pub fn tenancy(&self) -> Tenancy {
        match self.replicas {
            true => Tenancy::Replica,
            false => Tenancy::Alone,
        }
    }
}
