//! A whole class: everybody's copies judged, side by side, and what comes of it as files.
//!
//! A [`Profile`] says what counts. [`grade`] judges: each student by a task of his or her own,
//! with a time limit of its own, so that a copy that dawdles delays nobody; what is found goes
//! to a board, from which a run that is stopped early still takes what is there. A [`Report`]
//! is what came of it, and [`write_all`] makes the files that people and grade books read.

mod board;
mod criteria;
mod earlier;
mod outputs;
mod profile;
mod report;
mod run;
mod shared_jar;
mod student;
mod tables;

pub use criteria::{Criterion, criteria};
pub use earlier::Earlier;
pub use outputs::{GradeBook, write_all};
pub use profile::{Profile, list};
pub use report::{Crosstalk, Graded, Outcome, Report, State, hundredths};
pub use run::grade;
pub use tables::Database;

use crate::roster::Student;
use std::{sync::Arc, time::Duration};

/// Who is graded, by what, and within which limits.
#[derive(Debug)]
pub struct Class {
    /// Those who are to be judged now.
    pub students: Vec<Student>,
    /// What counts.
    pub profile: Profile,
    /// How much at once, and for how long.
    pub limits: Limits,
    /// The account that shows the copies' tables.
    pub database: Option<Database>,
}

/// How much is done at once, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// So many students at once.
    pub jobs: usize,
    /// So many copies in one browser; a browser keeps about 180 cookies of a host.
    pub jar: usize,
    /// What one student's checks may take.
    pub student: Duration,
}

/// What happens meanwhile, for whoever waits.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The checks of a student begin.
    Began {
        /// The student's login, which no other has.
        student: String,
        /// The student's name.
        name: String,
    },
    /// A student's checks are done: so many of so many passed, or no copy answers.
    Ended {
        /// The student's login, which no other has.
        student: String,
        /// The student's name.
        name: String,
        /// How it went, in a few words.
        outcome: String,
    },
    /// Something is in the way that is no student's fault.
    Trouble(String),
}

/// Told of each event as it happens.
pub type Watch = Arc<dyn Fn(Event) + Send + Sync>;
