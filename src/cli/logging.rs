//! The log: one line an event, on standard error.

use crate::config::Refusal;
use clap::ValueEnum;
use std::io::IsTerminal;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// These libraries would log what passes through them, secrets included, or say again what we
/// say ourselves. They warn and no more, whatever the filter: one that names a part of theirs
/// would otherwise go before any rule of ours.
const QUIET: [&str; 4] = ["h2", "hyper", "rustls", "sqlx"];
/// This one says nothing at all: its warnings hold whole ids.
const SILENT: &str = "tower_sessions_core";

fn may_speak(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let quiet = QUIET.iter().any(|library| target.starts_with(library));
    !target.starts_with(SILENT) && (!quiet || *metadata.level() <= Level::WARN)
}

/// Starts logging what `filter` lets through, such as `info` or `sweatbox=debug`.
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), Refusal> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        let mend = "sweatbox --log info, or `sweatbox=debug`";
        Refusal::new(format!("--log (or SWEATBOX_LOG): {error}"), mend)
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        // A log that cannot be written (disk full, terminal gone) must not end the program.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => log.compact().finish().with(filter_fn(may_speak)).init(),
        LogFormat::Json => {
            let log = log.json().flatten_event(true).finish();
            log.with(filter_fn(may_speak)).init();
        }
    }
    Ok(())
}
