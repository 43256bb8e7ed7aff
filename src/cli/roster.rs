//! `sweatbox roster assign STUDENTS.csv --from PORT`: two ports for everybody in a class.

use crate::{
    class_list::{self, Assigned, ClassList, Range},
    config::Refusal,
    host::allow_open_files,
    identity::Port,
    listen::listen_on_all,
    roster::Roster,
};
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, clap::Subcommand)]
pub(super) enum RosterCommand {
    /// Give every student of a class list two ports; those who have some keep them
    Assign(Assign),
}

#[derive(Debug, clap::Args)]
pub(super) struct Assign {
    /// The class list: a CSV file with the columns name, email and login, among others
    students: PathBuf,

    /// The first port that may be given
    #[arg(long, value_name = "PORT")]
    from: Port,

    /// The last port that may be given [default: 65535]
    #[arg(long, value_name = "PORT")]
    to: Option<Port>,

    /// The host on which the copies will run [default: this one]
    #[arg(long, value_name = "NAME")]
    host: Option<String>,

    /// The roster: read if it is there, and written
    #[arg(long, value_name = "FILE", default_value = "roster.csv")]
    out: PathBuf,

    /// Refuse new ports that something on this host uses
    #[arg(long)]
    look: bool,

    /// Write DIR/LOGIN/sandbox/.port and DIR/LOGIN/production/.port for everybody
    #[arg(long, value_name = "DIR")]
    port_files: Option<PathBuf>,
}

pub(super) fn run(command: RosterCommand) -> anyhow::Result<ExitCode> {
    let RosterCommand::Assign(args) = command;
    let range = Range::new(args.from, args.to)?;
    let list = ClassList::read(&args.students)?;
    let old = match args.out.exists() {
        true => Roster::read(&args.out)?,
        false => Roster::default(),
    };
    let assigned = class_list::assign(&list, &old, &args.host()?, range)?;
    if args.look {
        allow_open_files(assigned.given.len())?;
        // Opened for a moment, and none is kept.
        listen_on_all(&[], &assigned.given).map(drop)?;
    }
    if assigned.roster != old {
        let written = assigned.roster.write(&args.out);
        written.map_err(|error| Refusal::io("write", &args.out, &error))?;
    }
    super::say(&args.report(&assigned, &old))?;
    if let Some(folder) = &args.port_files {
        let written = class_list::write_port_files(folder, &assigned.roster)?;
        super::say(&format!(
            "{}: {written} .port files written\n",
            folder.display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Assign {
    fn host(&self) -> Result<String, Refusal> {
        let own = || gethostname::gethostname().into_string();
        let name = self.host.clone().map_or_else(own, Ok);
        name.map_err(|name| {
            let problem = format!("this host's name is no text: {}", name.display());
            Refusal::new(problem, "--host NAME")
        })
    }

    fn report(&self, assigned: &Assigned, old: &Roster) -> String {
        let Assigned {
            roster,
            given,
            left,
        } = assigned;
        let all = roster.students.len();
        let new = all - old.students.len();
        let mut text = format!("{}: {all} students, {new} of them new", self.out.display());
        if let (Some(first), Some(last)) = (given.first(), given.last()) {
            text += &format!(", on ports {first} to {last}");
        }
        text.push('\n');
        if !left.is_empty() {
            text += &format!(
                "not in {} any more, ports kept: {}\n",
                self.students.display(),
                left.join(", ")
            );
        }
        text
    }
}
