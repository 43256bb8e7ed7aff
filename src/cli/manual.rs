//! `sweatbox manual`: the manual, a page for each command, in the form that `man` reads.
//!
//! Made from the definitions that `--help` is made from, so it cannot fall behind them.

use super::Cli;
use crate::config::Refusal;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "To read it: sweatbox manual | man -l -")]
pub(super) struct Manual {
    /// Write a file for each command (sweatbox.1, sweatbox-serve.1, …) into DIR, made if it is
    /// missing
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Manual) -> anyhow::Result<ExitCode> {
    let pages = pages();
    match &args.dir {
        Some(folder) => {
            write(&pages, folder).map_err(|error| Refusal::io("write into", folder, &error))?;
        }
        None => super::say(&text(&pages)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The program's page, then each command's, those below it behind it.
fn pages() -> Vec<Man> {
    // `help` would have a page for each page.
    let mut program = Cli::command().disable_help_subcommand(true);
    // Gives each command its full name.
    program.build();
    let mut pages = Vec::new();
    collect(&program, &mut pages);
    pages
}

fn collect(command: &Command, pages: &mut Vec<Man>) {
    let page = Man::new(command.clone())
        .source(concat!("sweatbox ", env!("CARGO_PKG_VERSION")))
        .manual("Manual of sweatbox");
    pages.push(page);
    for below in command.get_subcommands() {
        collect(below, pages);
    }
}

fn write(pages: &[Man], folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for page in pages {
        page.generate_to(folder)?;
    }
    Ok(())
}

fn text(pages: &[Man]) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    for page in pages {
        page.render(&mut bytes)?;
    }
    Ok(String::from_utf8(bytes)?)
}
