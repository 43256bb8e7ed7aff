//! `sweatbox completions SHELL`: what a shell needs to complete command lines.
//!
//! Made from the definitions that `--help` is made from, so it cannot fall behind them.

use super::Cli;
use clap::CommandFactory;
use clap_complete::aot::{Shell, generate};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
For yourself, in bash: sweatbox completions bash > \
~/.local/share/bash-completion/completions/sweatbox; in fish: sweatbox completions fish > \
~/.config/fish/completions/sweatbox.fish; in zsh: into a file `_sweatbox` in a folder of $fpath. \
The Debian package brings them for everybody.")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Completions) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "sweatbox", &mut script);
    super::say(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}
