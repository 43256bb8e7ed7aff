//! An earlier report, to go on from: who keeps what was found then.

use super::{Graded, Profile, Report, State};
use crate::{
    config::{Refusal, quoted},
    roster::Student,
};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// A report of a thousand students has some twelve megabytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What an earlier run found.
#[derive(Debug, Default)]
pub struct Earlier {
    students: Vec<Graded>,
}

impl Earlier {
    /// Reads the report at `path`; without one, nothing was found earlier.
    ///
    /// # Errors
    /// A file that cannot be read, or that another profile was used for: scores of two kinds
    /// must not stand in one grade book.
    pub fn read(path: &Path, profile: &Profile) -> Result<Self, Refusal> {
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Refusal::io("read", path, &error)),
            Ok(_) => {}
        }
        Self::parse(&text, path, profile)
    }

    fn parse(text: &str, path: &Path, profile: &Profile) -> Result<Self, Refusal> {
        let report: Report = serde_json::from_str(text).map_err(|error| {
            let mend = format!("mv {0} {0}.old, and grade anew", quoted(path));
            Refusal::new(format!("{}: {error}", path.display()), mend)
        })?;
        let mut scored = report.students.iter();
        let is_alike = |one: &Graded| one.state == State::Stopped || one.is_by(profile);
        if report.assignment != profile.assignment || !scored.all(is_alike) {
            let problem = format!("{} was made with another profile", path.display());
            let mend = "take that --profile, or another --out, or grade everybody anew";
            return Err(Refusal::new(problem, mend));
        }
        Ok(Self {
            students: report.students,
        })
    }

    /// What was found of this student with these copies.
    pub fn of(&self, student: &Student) -> Option<&Graded> {
        self.students.iter().find(|graded| graded.is_of(student))
    }

    /// The same, if there is nothing left to do: the copies may be up by now, or the run may
    /// have been stopped.
    pub fn finished(&self, student: &Student) -> Option<&Graded> {
        let is_finished = |graded: &&Graded| graded.state == State::Graded;
        self.of(student).filter(is_finished)
    }
}
