//! Blank records for coming requests, on the memory of those that were pushed out.
//!
//! To make a record and to free one at every request, most often on different threads, takes
//! longer than to write all that stands in it.

use super::Record;
use std::sync::{Arc, Mutex, MutexGuard};

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
        let used = self.pile().and_then(|mut pile| pile.pop());
        used.unwrap_or_else(|| Arc::new(Record::blank()))
    }

    /// Keeps the paper of a record, if nobody has it any more.
    pub(super) fn give_back(&self, mut gone: Arc<Record>) {
        if let Some(record) = Arc::get_mut(&mut gone).filter(|record| record.bytes() <= SMALL) {
            // At once: what was in a session does not stay on a pile of waste paper.
            record.wipe();
            if let Some(mut pile) = self.pile().filter(|pile| pile.len() < MOST) {
                pile.push(gone);
            }
        }
    }

    /// `None` while somebody else is at it: to wait for paper takes longer than to make some.
    fn pile(&self) -> Option<MutexGuard<'_, Vec<Arc<Record>>>> {
        self.0.try_lock().ok()
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
        assert_eq!(paper.pile().unwrap().len(), 1);
        let again = paper.take();
        assert!(paper.pile().unwrap().is_empty());
        assert_eq!((again.number, &*again.path, again.status), (0, "", 0));
        assert!(again.events.is_empty() && again.quoted.is_empty());
        assert!(again.quoted.capacity() > 0);
    }

    #[test]
    fn paper_that_somebody_still_reads_stays_as_it_is() {
        let paper = Paper::default();
        let read = written(&paper);
        paper.give_back(read.clone());
        assert!(paper.pile().unwrap().is_empty());
        assert_eq!(read.note("a"), Some("b"));
    }
}
