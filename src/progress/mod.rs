//! What a learner has done, kept over restarts and lost sessions.
//!
//! The learner is a UUID that his or her browser keeps for itself. It is no authority: whoever
//! knows it sees and resets the progress of exercises, and nothing else.

mod learner;
mod table;

pub use learner::{Learner, LearnerError};

use crate::{
    database::Database, error::HttpError, identity::Identity, walkthrough::Task, xray::Record,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::Table;

/// The tasks of a lesson that were done, by their ids.
pub type Ticks = BTreeMap<u16, BTreeSet<String>>;

/// The progress of all learners of a copy. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Progress(Arc<Table>);

impl Progress {
    /// Kept in `database`. Nothing is made or connected before somebody learns something.
    pub fn new(database: &Database, identity: &Identity) -> Self {
        Self(Arc::new(Table::new(database, identity)))
    }

    /// What `learner` has done.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn ticks(&self, learner: &Learner) -> Result<Ticks, HttpError> {
        let mut ticks = Ticks::new();
        for (lesson, task) in self.0.tasks_of(learner).await? {
            ticks.entry(lesson).or_default().insert(task);
        }
        Ok(ticks)
    }

    /// Ticks what these requests, the oldest first, have done of the tasks of `lessons`; what is
    /// ticked stays so. Returns all that the learner has done.
    ///
    /// # Errors
    /// As for [`ticks`](Self::ticks).
    pub async fn tick(
        &self,
        learner: &Learner,
        records: &[Arc<Record>],
        lessons: impl Iterator<Item = (u16, &'static [Task])>,
    ) -> Result<Ticks, HttpError> {
        let mut ticks = self.ticks(learner).await?;
        for (lesson, tasks) in lessons {
            let done = ticks.entry(lesson).or_default();
            for task in tasks.iter().filter(|task| (task.done)(records)) {
                if done.insert(task.id.to_owned()) {
                    self.0.add(learner, lesson, task.id).await?;
                }
            }
        }
        ticks.retain(|_, done| !done.is_empty());
        Ok(ticks)
    }

    /// Forgets what `learner` has done in `lesson`, or in all.
    ///
    /// # Errors
    /// As for [`ticks`](Self::ticks).
    pub async fn reset(&self, learner: &Learner, lesson: Option<u16>) -> Result<(), HttpError> {
        self.0.remove(learner, lesson).await
    }

    /// Notes that `learner` came with the owner's token.
    ///
    /// # Errors
    /// As for [`ticks`](Self::ticks).
    pub async fn claim(&self, learner: &Learner) -> Result<(), HttpError> {
        self.0.set_owner(learner).await
    }

    /// What the copy's owner has done; nothing while nobody came with the token.
    ///
    /// # Errors
    /// As for [`ticks`](Self::ticks).
    pub async fn of_owner(&self) -> Result<Ticks, HttpError> {
        match self.0.owner().await? {
            Some(owner) => self.ticks(&owner).await,
            None => Ok(Ticks::new()),
        }
    }
}
