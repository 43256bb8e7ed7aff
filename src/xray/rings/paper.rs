//! Blank records for coming requests, on the memory of those that were answered.
//!
//! To find memory for a record and to give it back at every request takes longer than to write
//! all that stands in it. And the last one used here is still near the processor.

use super::Record;
use std::cell::RefCell;

/// How many blank records a thread keeps: it has few requests at a time.
const MOST: usize = 16;
/// The largest that is kept, in bytes.
const SMALL: usize = 4 * 1024;

/// Boxed, so that a request passes on an address and not what stands there.
type Sheet = Box<Record>;

thread_local! {
    /// Each thread has a pile of its own, for which it need not wait.
    static PILE: RefCell<Vec<Sheet>> = const { RefCell::new(Vec::new()) };
}

/// A blank record.
pub(super) fn take() -> Sheet {
    let used = PILE.with_borrow_mut(Vec::pop);
    used.unwrap_or_else(|| Box::new(Record::blank()))
}

/// Keeps the paper of a record.
pub(super) fn give_back(mut record: Sheet) {
    if record.room() > SMALL {
        return;
    }
    record.wipe();
    PILE.with_borrow_mut(|pile| {
        if pile.len() < MOST {
            pile.push(record);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::Recording;
    use time::OffsetDateTime;

    fn written(paper: Sheet) -> Sheet {
        let began = OffsetDateTime::now_utc();
        let recording = Recording::begin_on(paper, 7, began, "PATCH", "/a?b");
        recording.note("a", "b");
        recording.finished(200).unwrap()
    }

    #[test]
    fn paper_that_comes_back_is_blank_and_used_again() {
        let record = written(take());
        let room = record.room();
        give_back(record);
        assert_eq!(PILE.with_borrow(Vec::len), 1);
        let again = take();
        assert_eq!(PILE.with_borrow(Vec::len), 0);
        assert_eq!((again.number, &*again.path, again.status), (0, "", 0));
        assert!(again.events.is_empty() && again.quoted.is_empty());
        assert!(again.room() >= room - "PATCH".len());
    }

    #[test]
    fn of_much_paper_and_of_large_paper_nothing_is_kept() {
        for _ in 0..MOST + 1 {
            give_back(Box::new(Record::blank()));
        }
        assert_eq!(PILE.with_borrow(Vec::len), MOST);
        take();
        give_back(Box::new(Record {
            quoted: vec![0; SMALL],
            ..Record::blank()
        }));
        assert_eq!(PILE.with_borrow(Vec::len), MOST - 1);
    }
}
