//! What a run is to do: everything that the arguments name, read and checked before it begins.

use super::Grade;
use crate::{
    config::{self, Credentials, Refusal, quoted},
    grading::class::{Class, Database, Earlier, Graded, Limits, Profile},
    roster::{Roster, Student},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// So many students at once unless told otherwise: checks wait most of their time. Of more, the
/// machine that grades might not have the files and the memory.
const MOST_AT_ONCE: usize = 200;

/// A run, checked.
pub(super) struct Plan {
    /// Where the files go.
    pub(super) out: PathBuf,
    /// What counts.
    pub(super) profile: Profile,
    roster: Roster,
    /// Of the roster's students in their order: what is kept, or that it is to be found out, or
    /// that nothing is asked.
    parts: Vec<Part>,
    limits: Limits,
    credentials: Option<Credentials>,
}

/// What becomes of one student.
enum Part {
    Judge,
    Keep(Box<Graded>),
    LeaveOut,
}

impl Plan {
    pub(super) fn of(args: &Grade) -> Result<Self, Refusal> {
        let given = "clap asks for it unless --list is given";
        let (roster, out) = (
            args.roster.as_ref().expect(given),
            args.out.as_ref().expect(given),
        );
        let roster = Roster::read(roster)?;
        let credentials = args.credentials.as_deref().map(credentials).transpose()?;
        let profile = match &args.profile {
            Some(path) => Profile::read(path)?,
            None => Profile::usual(credentials.is_some()),
        };
        if profile.needs_database() && credentials.is_none() {
            let problem = "the profile asks for the copies' tables, which need an account";
            let mend = "sweatbox grade … --credentials FILE, or take 0350-own-table out of it";
            return Err(Refusal::new(problem, mend));
        }
        let file = out.join("report.json");
        config::could_make(&file)?;
        let earlier = match args.resume || !args.only.is_empty() {
            true => Earlier::read(&file, &profile)?,
            false => Earlier::default(),
        };
        let whole_class = roster.students.len().clamp(1, MOST_AT_ONCE);
        Ok(Self {
            parts: parts(&roster, args, &earlier)?,
            out: out.clone(),
            profile,
            roster,
            limits: Limits {
                jobs: args.jobs.map_or(whole_class, usize::from),
                jar: args.jar.into(),
                student: Duration::from_secs(args.limit.into()),
            },
            credentials,
        })
    }

    /// How many copies are on the roster.
    pub(super) fn copies(&self) -> usize {
        self.roster.students.len() * 2
    }

    /// How many students are judged at once.
    pub(super) fn at_once(&self) -> usize {
        self.limits.jobs
    }

    /// Those who are to be judged, with what it takes.
    pub(super) async fn class(&self) -> Result<Class, Refusal> {
        let students = self.roster.students.iter().zip(&self.parts);
        let to_judge = students.filter(|(_, part)| matches!(part, Part::Judge));
        let database = match &self.credentials {
            Some(credentials) => Some(Database::open(credentials).await?),
            None => None,
        };
        Ok(Class {
            students: to_judge.map(|(student, _)| student.clone()).collect(),
            profile: self.profile.clone(),
            limits: self.limits,
            database,
        })
    }

    /// Those who were graded now and those who are kept, in the order of the roster.
    pub(super) fn with_those_kept(&self, graded: Vec<Graded>) -> Vec<Graded> {
        let mut graded = graded.into_iter();
        let students = self.parts.iter().filter_map(|part| match part {
            Part::Judge => graded.next(),
            Part::Keep(kept) => Some(Graded::clone(kept)),
            Part::LeaveOut => None,
        });
        students.collect()
    }
}

fn parts(roster: &Roster, args: &Grade, earlier: &Earlier) -> Result<Vec<Part>, Refusal> {
    let is_known = |login: &&String| {
        let mut students = roster.students.iter();
        students.any(|student| student.student == **login)
    };
    if let Some(unknown) = args.only.iter().find(|login| !is_known(login)) {
        let problem = format!("--only {unknown}: there is no such student in the roster");
        return Err(Refusal::new(
            problem,
            "take what stands in its column `student`",
        ));
    }
    let keep = |kept: &Graded| Part::Keep(Box::new(kept.clone()));
    let part = |student: &Student| {
        if !args.only.is_empty() && !args.only.contains(&student.student) {
            return earlier.of(student).map_or(Part::LeaveOut, keep);
        }
        let finished = earlier.finished(student).filter(|_| args.resume);
        finished.map_or(Part::Judge, keep)
    };
    Ok(roster.students.iter().map(part).collect())
}

fn credentials(path: &Path) -> Result<Credentials, Refusal> {
    Credentials::read(path)?.ok_or_else(|| {
        let problem = format!("there is no credentials file {}", path.display());
        Refusal::new(problem, format!("ls -l {}", quoted(path)))
    })
}
