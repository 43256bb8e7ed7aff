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
    let port = assignment.port();
    // Behind the `#`, the token is sent to no server and stands in no log.
    super::say(&format!("{token}\nhttps://{host}:{port}/#token={token}\n"))?;
    Ok(ExitCode::SUCCESS)
}
