//! Finished attempts on their way into the database.
//!
//! A result is never dropped: it waits here until the database has it, and while that is down
//! it lies in a file as well.

use super::{
    finished::Finished,
    journal::Journal,
    results::{Away, Results},
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::spawn_blocking,
    time::timeout,
};

/// How many rows are written in one transaction.
const AT_ONCE: usize = 100;

/// What waits, and the way to the database.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) results: Results,
    journal: Journal,
    /// By their ids.
    queue: Mutex<BTreeMap<String, Finished>>,
    /// Whether some of them lie in the journal.
    kept: AtomicBool,
    /// There is something to do.
    pub(super) work: Notify,
    /// Changes when something was written.
    written: watch::Sender<()>,
}

impl Writer {
    /// A writer that begins with what an earlier process has left in `journal`.
    pub(super) fn new(results: Results, journal: Journal) -> Self {
        let left = journal.read();
        let kept = AtomicBool::new(!left.is_empty());
        let queue = left.into_iter().map(|row| (row.id.clone(), row));
        let writer = Self {
            results,
            journal,
            queue: Mutex::new(queue.collect()),
            kept,
            work: Notify::new(),
            written: watch::Sender::new(()),
        };
        writer.work.notify_one();
        writer
    }

    /// Takes results over.
    pub(super) fn add(&self, finished: Vec<Finished>) {
        if finished.is_empty() {
            return;
        }
        let rows = finished.into_iter().map(|row| (row.id.clone(), row));
        self.queue().extend(rows);
        self.work.notify_one();
    }

    /// Whether the result with this id is not in the database yet.
    pub(super) fn is_pending(&self, id: &str) -> bool {
        self.queue().contains_key(id)
    }

    /// All results that are not in the database yet.
    pub(super) fn pending(&self) -> Vec<Finished> {
        self.queue().values().cloned().collect()
    }

    /// Waits until the result with this id is in the database, at most so long.
    pub(super) async fn until_written(&self, id: &str, limit: Duration) {
        let mut written = self.written.subscribe();
        // Too late or not at all: `is_pending` tells.
        let _ = timeout(limit, written.wait_for(|_| !self.is_pending(id))).await;
    }

    /// Writes everything that waits, and says of each part when it is written.
    pub(super) async fn flush(&self, told: impl Fn(&[Finished])) -> Result<(), Away> {
        loop {
            let some: Vec<_> = self.queue().values().take(AT_ONCE).cloned().collect();
            if some.is_empty() {
                break;
            }
            self.results.write(&some).await?;
            for row in &some {
                self.queue().remove(&row.id);
            }
            told(&some);
            self.written.send_replace(());
        }
        if self.kept.swap(false, Ordering::AcqRel) {
            self.on_disk(|journal| journal.clear()).await;
        }
        Ok(())
    }

    /// Keeps what waits through the end of this process.
    pub(super) async fn keep(&self) {
        let waiting = self.pending();
        if waiting.is_empty() {
            return;
        }
        self.kept.store(true, Ordering::Release);
        self.on_disk(move |journal| journal.keep(&waiting)).await;
    }

    async fn on_disk(&self, work: impl FnOnce(Journal) -> std::io::Result<()> + Send + 'static) {
        let journal = self.journal.clone();
        let done = spawn_blocking(move || work(journal)).await;
        if let Err(error) = done.map_err(std::io::Error::other).flatten() {
            tracing::error!(%error, "results that wait for the database cannot be kept in a file");
        }
    }

    fn queue(&self) -> MutexGuard<'_, BTreeMap<String, Finished>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::StoreSetup,
        database::Database,
        identity::{Identity, InstallKey, Port},
        quiz::view::EndedBy,
    };
    use std::fs;

    #[tokio::test]
    async fn what_the_database_refuses_waits_until_it_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        // Without its folder, no database can be made.
        let missing = folder.path().join("missing");
        let setup = StoreSetup::Sqlite(missing.join("results.sqlite"));
        let key = InstallKey::random().unwrap();
        let identity = Identity::derive(Port::new(4000).unwrap(), &key);
        let results = Results::new(&Database::new(&setup, 1), &identity, "Q");
        let journal = Journal::new(folder.path().join("pending.json"));
        let writer = Writer::new(results, journal);
        writer.add(vec![Finished {
            id: "a".into(),
            quiz: "Q".into(),
            name: "Ann".into(),
            score: 1,
            of: 2,
            started_ms: 0,
            ended_ms: 1,
            by: EndedBy::Submit,
        }]);
        let refused = writer.flush(|_| panic!("it is not written")).await;
        assert!(refused.is_err());
        assert!(writer.is_pending("a"));
        fs::create_dir(&missing).unwrap();
        writer.flush(|_| {}).await.unwrap();
        assert!(!writer.is_pending("a"));
    }
}
