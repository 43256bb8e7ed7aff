//! The log: one line an event, on standard error.

use crate::config::Refusal;
use clap::ValueEnum;
use std::{fmt::Display, io::IsTerminal};
use tracing::{Level, Metadata};
use tracing_subscriber::{
    filter::{Targets, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
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
    let targets = targets(filter)?;
    let lines = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        // A log that cannot be written (disk full, terminal gone) must not end the program.
        .log_internal_errors(false);
    let log = tracing_subscriber::registry();
    match format {
        LogFormat::Text => log
            .with(lines.compact())
            .with(targets)
            .with(filter_fn(may_speak))
            .init(),
        LogFormat::Json => log
            .with(lines.json().flatten_event(true))
            .with(targets)
            .with(filter_fn(may_speak))
            .init(),
    }
    Ok(())
}

/// Levels by the beginnings of targets; one without a target is for all others.
fn targets(filter: &str) -> Result<Targets, Refusal> {
    let refusal = |problem: &dyn Display| {
        let mend = "sweatbox --log info, or `warn,sweatbox=debug`";
        Refusal::new(format!("--log (or SWEATBOX_LOG): {problem}"), mend)
    };
    // `Targets` would take it for a part of a name, and then log nothing without a word.
    if filter.contains('[') {
        return Err(refusal(&"a filter has no spans and no fields"));
    }
    // To it, nothing between two commas is the level of all others.
    let parts = filter.split(',').map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(",").parse().map_err(|error| refusal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn logs(filter: &str, target: &str, level: Level) -> bool {
        targets(filter).unwrap().would_enable(target, &level)
    }

    #[test]
    fn a_filter_is_a_level_or_levels_of_parts_of_the_program() {
        assert!(logs("info", "sweatbox::quiz", Level::INFO));
        assert!(!logs("info", "sweatbox::quiz", Level::DEBUG));
        for filter in ["warn,sweatbox=debug", " sweatbox=debug, warn ,"] {
            assert!(logs(filter, "sweatbox::quiz", Level::DEBUG), "{filter}");
            assert!(!logs(filter, "hyper_util", Level::INFO), "{filter}");
            assert!(logs(filter, "hyper_util", Level::WARN), "{filter}");
        }
        assert!(logs("", "sweatbox", Level::ERROR));
        assert!(!logs("", "sweatbox", Level::WARN));
    }

    #[test]
    fn a_filter_that_would_not_do_what_it_says_is_refused() {
        for (filter, word) in [
            ("sweatbox=loud", "level"),
            ("=[", "spans"),
            ("sweatbox[copy{port=41220}]=debug", "spans"),
        ] {
            let refusal = targets(filter).unwrap_err().to_string();
            assert!(refusal.contains("SWEATBOX_LOG"), "{refusal}");
            assert!(refusal.contains(word), "{refusal}");
        }
    }
}
