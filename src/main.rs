//! The program `sweatbox`: everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: rustls panics when two providers are linked and none was chosen.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        return ExitCode::from(70);
    }
    sweatbox::cli::run()
}
