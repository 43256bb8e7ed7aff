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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Port;

    fn student(login: &str, sandbox: u16) -> Student {
        Student {
            student: login.into(),
            name: String::new(),
            email: String::new(),
            host: "localhost".into(),
            sandbox: Port::new(sandbox).unwrap(),
            production: Port::new(sandbox + 1).unwrap(),
        }
    }

    /// A report of these, as it stands in its file.
    fn report(profile: &Profile, students: &[(&Student, State)]) -> String {
        let graded = |&(student, state): &(&Student, State)| {
            let criteria = profile.criteria.iter();
            let outcomes = criteria.map(|criterion| criterion.outcome(Ok(())));
            let outcomes = match state {
                State::Stopped => Vec::new(),
                _ => outcomes.collect(),
            };
            Graded::new(student, profile.points, state, outcomes)
        };
        let report = Report {
            made: String::new(),
            assignment: profile.assignment.clone(),
            points_possible: profile.points,
            students: students.iter().map(graded).collect(),
            crosstalk: None,
        };
        serde_json::to_string(&report).unwrap()
    }

    fn parse(text: &str, profile: &Profile) -> Result<Earlier, String> {
        let parsed = Earlier::parse(text, Path::new("report.json"), profile);
        parsed.map_err(|refusal| refusal.problem)
    }

    #[test]
    fn whoever_was_graded_to_the_end_at_the_same_ports_is_finished() {
        let profile = Profile::usual(false);
        let [ann, bob, cat] = [("ann", 1), ("bob", 3), ("cat", 5)].map(|(l, p)| student(l, p));
        let states = [
            (&ann, State::Graded),
            (&bob, State::Unreachable),
            (&cat, State::Stopped),
        ];
        let earlier = parse(&report(&profile, &states), &profile).unwrap();
        assert_eq!(earlier.finished(&ann).unwrap().student, "ann");
        assert!(earlier.finished(&bob).is_none() && earlier.of(&bob).is_some());
        assert!(earlier.finished(&cat).is_none() && earlier.of(&cat).is_some());
        assert!(earlier.of(&student("ann", 7)).is_none());
    }

    #[test]
    fn scores_of_two_profiles_do_not_mix() {
        let profile = Profile::usual(false);
        let ann = student("ann", 1);
        let text = report(&profile, &[(&ann, State::Graded)]);
        let mut others = [profile.clone(), profile.clone(), profile.clone()];
        others[0].points = 7.0;
        others[1].criteria.pop();
        others[2].assignment = "Week 6".into();
        for other in others {
            let problem = parse(&text, &other).unwrap_err();
            assert_eq!(problem, "report.json was made with another profile");
        }
    }

    #[test]
    fn a_report_that_is_none_is_refused_and_none_at_all_is_none() {
        let profile = Profile::usual(false);
        let problem = parse("{\n  \"made\": 1}", &profile).unwrap_err();
        assert!(problem.contains("line 2"), "{problem}");
        let nowhere = Earlier::read(Path::new("/nowhere/report.json"), &profile);
        assert!(nowhere.unwrap().students.is_empty());
    }
}
