//! `sweatbox token`: the owner's key to this copy, on a terminal or into a pipe.

use crate::{
    config::{self, InstallKeyFile, Options},
    identity::Identity,
};
use secrecy::ExposeSecret;
use std::process::ExitCode;

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let assignment = config::assignment(options)?;
    let key = InstallKeyFile::locate(options)?.load_or_make()?;
    let identity = Identity::derive(assignment.port(), &key);
    let token = identity.owner_token.expose_secret();
    let host = super::serve::host_name(assignment);
    println!("{token}");
    // Behind the `#`, the token is sent to no server and stands in no log.
    println!("https://{host}:{}/#token={token}", assignment.port());
    Ok(ExitCode::SUCCESS)
}
