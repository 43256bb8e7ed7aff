//! The program `sweatbox`: the exercises are its own, everything else is in the library.

mod exercises;

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: rustls panics when two providers are linked and none was chosen.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        return ExitCode::from(70);
    }
    sweatbox::cli::run(exercises::EXERCISES)
}
