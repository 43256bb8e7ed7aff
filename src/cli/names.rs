//! `sweatbox names PORT`: what the port decides.

use crate::{
    config::Refusal,
    identity::{self, Port},
};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct Names {
    /// A port from 1 to 65535
    port: String,
}

pub(super) fn run(args: &Names) -> anyhow::Result<ExitCode> {
    let port: Port = args
        .port
        .parse()
        .map_err(|error| Refusal::new(format!("{error}"), "sweatbox names 41220"))?;
    let names = identity::Names::of(port);
    let rows = [
        ("port", port.to_string()),
        ("cookie", names.cookie.to_string()),
        ("table prefix", names.prefix.to_string()),
        ("session table", names.session_table()),
        ("cache key prefix", names.cache_prefix.clone()),
        (
            "cookie key",
            format!("HKDF-SHA256(install key, {})", names.cookie_key_info()),
        ),
        (
            "owner token",
            format!("HKDF-SHA256(install key, {})", names.owner_token_info()),
        ),
    ];
    let lines = rows.map(|(thing, value)| format!("{thing:18}{value}\n"));
    super::say(&lines.concat())?;
    Ok(ExitCode::SUCCESS)
}
