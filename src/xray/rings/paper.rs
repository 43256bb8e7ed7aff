//! Blank records for coming requests, on the memory of those that were pushed out.
//!
//! To make a record and to free one at every request, most often on different threads, takes
//! longer than to write all that stands in it.

use super::Record;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many blank records are kept: about as many as there are requests at a time.
const MOST: usize = 64;
/// The largest that is kept, in bytes.
const SMALL: usize = 4 * 1024;

/// A pile of blank records. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Paper(Arc<Mutex<Vec<Arc<Record>>>>);

impl Paper {
    /// A blank record that nobody else has.
    pub(super) fn take(&self) -> Arc<Record> {
        let used = self.pile().pop();
        used.unwrap_or_else(|| Arc::new(Record::blank()))
    }

    /// Keeps the paper of a record, if nobody has it any more.
    pub(super) fn give_back(&self, mut gone: Arc<Record>) {
        if let Some(record) = Arc::get_mut(&mut gone).filter(|record| record.bytes() <= SMALL) {
            // At once: what was in a session does not stay on a pile of waste paper.
            record.wipe();
            let mut pile = self.pile();
            if pile.len() < MOST {
                pile.push(gone);
            }
        }
    }

    fn pile(&self) -> MutexGuard<'_, Vec<Arc<Record>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::Recording;
    use time::OffsetDateTime;

    fn written(paper: &Paper) -> Arc<Record> {
        let began = OffsetDateTime::now_utc();
        let recording = Recording::begin_on(paper.take(), 7, began, "PATCH", "/a?b");
        recording.note("a", "b");
        recording.finished(200).unwrap()
    }

    #[test]
    fn paper_that_comes_back_is_blank_and_used_again() {
        let paper = Paper::default();
        paper.give_back(written(&paper));
        assert_eq!(paper.pile().len(), 1);
        let again = paper.take();
        assert!(paper.pile().is_empty());
        assert_eq!((again.number, &*again.path, again.status), (0, "", 0));
        assert!(again.events.is_empty() && again.quoted.is_empty());
        assert!(again.quoted.capacity() > 0);
    }

    #[test]
    fn paper_that_somebody_still_reads_stays_as_it_is() {
        let paper = Paper::default();
        let read = written(&paper);
        paper.give_back(read.clone());
        assert!(paper.pile().is_empty());
        assert_eq!(read.note("a"), Some("b"));
    }
}
