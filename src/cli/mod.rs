//! The command line: what `--help` shows, and which command does what.

mod check;
mod completions;
mod desk;
mod doctor;
mod grade;
mod host;
mod logging;
mod manual;
mod memory;
mod names;
mod quiz;
mod roster;
mod serve;
mod sessions;
mod token;

use crate::{
    app,
    config::{Options, Refusal},
    sandbox::Lesson,
};
use clap::{Parser, Subcommand};
use std::{
    future::Future,
    io::{self, Write},
    process::ExitCode,
};

/// It ran and found something wrong.
const FOUND: u8 = 1;
/// Wrong usage or input.
const USAGE: u8 = 2;
/// A bug (`EX_SOFTWARE` of sysexits.h).
const BUG: u8 = 70;

/// A teaching sandbox for web sessions: an HTTPS server whose cookie, key and tables are
/// derived from its port, so that no two copies on a host ever mix
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command, `serve`. Lessons start at the page that \
    makes you sweat: /. Errors say what is wrong, where, and what mends it.\n\n\
    Exit codes: 0 done; 1 it ran and found something wrong; 2 wrong usage or input; 70 a bug."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve this copy (the default)
    Serve(serve::Serve),
    /// Check everything that `serve` needs, with the mend for what is wrong
    Doctor(doctor::Doctor),
    /// Check a running copy from outside, as a visitor would
    Check(check::Check),
    /// Check the copies of a whole class, and write scores for the grade book
    Grade(grade::Grade),
    /// The same live in your own browser: who is up, checks, scores by hand
    Desk(desk::Desk),
    /// Serve every copy of a roster from one process
    Host(host::Host),
    /// Print what a port decides
    Names(names::Names),
    /// Prepare a quiz file
    #[command(subcommand)]
    Quiz(quiz::QuizCommand),
    /// Make a class's roster
    #[command(subcommand)]
    Roster(roster::RosterCommand),
    /// Look after this copy's sessions
    #[command(subcommand)]
    Sessions(sessions::SessionsCommand),
    /// Print this copy's owner token and the link that carries it
    Token(Options),
    /// Print what a shell needs to complete command lines
    Completions(completions::Completions),
    /// Print the manual, in the form that `man` reads
    Manual(manual::Manual),
}

impl Cli {
    /// Whether the user wants to look into the process. Other commands than those that serve are
    /// over before anybody could.
    fn is_debuggable(&self) -> bool {
        match &self.command {
            None => self.serve.debuggable,
            Some(Command::Serve(serve)) => serve.debuggable,
            Some(Command::Host(host)) => host.serve.debuggable,
            Some(_) => false,
        }
    }
}

/// Runs the command that the arguments name, with these exercises; returns the exit code.
pub fn run(exercises: &[&'static Lesson]) -> ExitCode {
    app::take_in(exercises);
    let cli = Cli::parse();
    if !cli.is_debuggable() {
        memory::keep_private();
    }
    let outcome = match cli.command {
        None => serve::run(&cli.serve),
        Some(Command::Serve(serve)) => serve::run(&serve),
        Some(Command::Doctor(doctor)) => doctor::run(&doctor),
        Some(Command::Check(check)) => check::run(&check),
        Some(Command::Grade(grade)) => grade::run(&grade),
        Some(Command::Desk(desk)) => desk::run(&desk),
        Some(Command::Host(host)) => host::run(&host),
        Some(Command::Names(names)) => names::run(&names),
        Some(Command::Quiz(command)) => quiz::run(&command),
        Some(Command::Roster(command)) => roster::run(command),
        Some(Command::Sessions(command)) => sessions::run(command),
        Some(Command::Token(options)) => token::run(&options),
        Some(Command::Completions(completions)) => completions::run(&completions),
        Some(Command::Manual(manual)) => manual::run(&manual),
    };
    outcome.unwrap_or_else(|error| {
        // Not `eprintln`, which panics where there is no standard error.
        let _ = writeln!(io::stderr(), "sweatbox: {error:#}");
        let code = if error.is::<Refusal>() { USAGE } else { BUG };
        ExitCode::from(code)
    })
}

/// Writes to standard output. A reader who has seen enough (`… | head -1`) is no error.
fn say(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Runs `work` on two threads: a copy shares its host with hundreds of others.
fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    block_on_threads(2, work)
}

fn block_on_threads<T>(threads: usize, work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(work);
    // Not dropped, which waits for blocking calls: a name server that does not answer would
    // hold up the end.
    runtime.shutdown_background();
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
