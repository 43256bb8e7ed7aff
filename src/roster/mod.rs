//! The roster: who has which two ports of which host.
//!
//! Everything that is done to a class at once (grading, hosting, the desk) begins with this
//! file, so it is checked as a whole before anything is done.

mod columns;
mod line;
mod parse;
mod taken;

use crate::{
    config::{self, Refusal},
    identity::Port,
};
use std::{io, net::Ipv6Addr, path::Path};

/// The columns of a roster, in the order in which it is written.
pub const COLUMNS: [&str; 6] = ["student", "name", "email", "host", "sandbox", "production"];

/// A class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// In the order of the file.
    pub students: Vec<Student>,
}

/// One line of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// The login or number by which the school knows this student; no other has it.
    pub student: String,
    /// As people say it; may be empty.
    pub name: String,
    /// May be empty.
    pub email: String,
    /// A host name or an address.
    pub host: String,
    /// The port of the sandbox copy.
    pub sandbox: Port,
    /// The port of the production copy.
    pub production: Port,
}

impl Roster {
    /// Reads the roster at `path`.
    ///
    /// # Errors
    /// A file that is missing or cannot be read, and the first thing in it that is wrong, with
    /// line and column.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let text = config::read_text(path)?.ok_or_else(|| {
            let problem = format!("there is no roster {}", path.display());
            let mend = "name the right file, or make one: sweatbox roster assign STUDENTS.csv \
                        --from 41000";
            Refusal::new(problem, mend)
        })?;
        Self::parse(&text, path)
    }

    /// The roster in `text`, which stands in the file `path`.
    ///
    /// # Errors
    /// The first thing that is wrong, with line and column.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Refusal> {
        parse::parse(text, path)
    }

    /// Writes the roster to `path`, whole or not at all, for its owner alone: it holds names.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        config::write_whole(path, self.to_csv()?.as_bytes())
    }

    /// The roster as its file holds it.
    ///
    /// # Errors
    /// None that is known: it is written into memory.
    pub fn to_csv(&self) -> io::Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for student in &self.students {
            writer.write_record(student.fields())?;
        }
        let bytes = writer.into_inner().map_err(|error| error.into_error())?;
        String::from_utf8(bytes).map_err(io::Error::other)
    }
}

impl Student {
    /// The name, or without one the login.
    pub fn called(&self) -> &str {
        match self.name.is_empty() {
            true => &self.student,
            false => &self.name,
        }
    }

    /// The address of this student's copy on `port`, such as `https://class.example:41220/`.
    pub fn address(&self, port: Port) -> String {
        // The colons of an IPv6 address would be taken for the one before the port.
        match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("https://[{address}]:{port}/"),
            Err(_) => format!("https://{}:{port}/", self.host),
        }
    }

    fn fields(&self) -> [String; COLUMNS.len()] {
        [
            self.student.clone(),
            self.name.clone(),
            self.email.clone(),
            self.host.clone(),
            self.sandbox.to_string(),
            self.production.to_string(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn student(student: &str, host: &str, sandbox: u16) -> Student {
        Student {
            student: student.into(),
            name: "Lee, \"Ann\"".into(),
            email: "ann@school.example".into(),
            host: host.into(),
            sandbox: Port::new(sandbox).unwrap(),
            production: Port::new(sandbox + 1).unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made").join("roster.csv");
        let students = vec![
            student("ann", "class.example", 41220),
            student("=1+1", "::1", 5),
        ];
        let roster = Roster { students };
        roster.write(&path).unwrap();
        assert_eq!(Roster::read(&path).unwrap(), roster);
        roster.write(&path).unwrap();
        assert_eq!(Roster::read(&path).unwrap(), roster);
    }

    #[test]
    fn a_missing_roster_is_refused_with_the_command_that_makes_one() {
        let refusal = Roster::read(Path::new("/nowhere/roster.csv")).unwrap_err();
        assert_eq!(refusal.problem, "there is no roster /nowhere/roster.csv");
        assert!(refusal.mend.contains("sweatbox roster assign"));
    }

    #[test]
    fn an_address_of_either_family_has_its_port_behind_it() {
        let address = |host: &str| {
            let student = student("ann", host, 41220);
            student.address(student.sandbox)
        };
        assert_eq!(address("class.example"), "https://class.example:41220/");
        assert_eq!(address("127.0.0.1"), "https://127.0.0.1:41220/");
        assert_eq!(address("::1"), "https://[::1]:41220/");
    }

    #[test]
    fn a_host_of_any_script_is_asked_for_by_its_name_in_ascii() {
        let student = student("ann", "Hörsaal.例え", 41220);
        let address = reqwest::Url::parse(&student.address(student.sandbox)).unwrap();
        assert_eq!(address.host_str(), Some("xn--hrsaal-wxa.xn--r8jz45g"));
    }
}
