//! The log: one line an event, on standard error.

use crate::config::Refusal;
use clap::ValueEnum;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, filter::Directive};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// These libraries would log what passes through them, secrets included, or say again what we
/// say ourselves. They stay quiet whatever the level.
const QUIET: [&str; 5] = [
    "h2=warn",
    "hyper=warn",
    "rustls=warn",
    "sqlx=warn",
    "tower_sessions_core=off",
];

/// Starts logging what `filter` lets through, such as `info` or `sweatbox=debug`.
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), Refusal> {
    let quiet = QUIET
        .iter()
        .filter_map(|directive| directive.parse::<Directive>().ok());
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        let mend = "sweatbox --log info, or `sweatbox=debug`";
        Refusal::new(format!("--log (or SWEATBOX_LOG): {error}"), mend)
    })?;
    let filter = quiet.fold(filter, EnvFilter::add_directive);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        // A log that cannot be written (disk full, terminal gone) must not end the program.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => log.compact().init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
