//! The board: all rows, and which of them have changed since somebody looked.

use super::row::Row;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// All rows. Each change raises the board's version, which is that row's from then on: whoever
/// has slept through ten changes is told the rows as they are, and nothing piles up meanwhile.
#[derive(Debug)]
pub(super) struct Board {
    rows: Mutex<Rows>,
    news: watch::Sender<u64>,
    arrivals: Notify,
}

#[derive(Debug)]
struct Rows {
    version: u64,
    /// In the order of the roster, each with the version that it has had since it changed.
    all: Vec<(u64, Row)>,
}

impl Board {
    pub(super) fn of(rows: Vec<Row>) -> Self {
        let all = rows.into_iter().map(|row| (1, row)).collect();
        Self {
            rows: Mutex::new(Rows { version: 1, all }),
            news: watch::Sender::new(1),
            arrivals: Notify::new(),
        }
    }

    /// Changes the row at `place`.
    pub(super) fn change(&self, place: usize, change: impl FnOnce(&mut Row)) {
        let mut rows = self.rows();
        let Rows { version, all } = &mut *rows;
        let (since, row) = &mut all[place];
        let before = row.clone();
        change(row);
        if *row != before {
            *version += 1;
            *since = *version;
            self.news.send_replace(*version);
        }
    }

    /// The version, and the rows that have changed since an earlier one; since 0, all have.
    pub(super) fn since(&self, earlier: u64) -> (u64, Vec<Row>) {
        let rows = self.rows();
        let changed = rows.all.iter().filter(|(since, _)| *since > earlier);
        let changed = changed.map(|(_, row)| row.clone()).collect();
        (rows.version, changed)
    }

    /// All rows.
    pub(super) fn all(&self) -> Vec<Row> {
        self.since(0).1
    }

    /// Tells of each change as long as the result is kept.
    pub(super) fn follow(&self) -> watch::Receiver<u64> {
        self.arrivals.notify_one();
        self.news.subscribe()
    }

    /// Whether anybody follows.
    pub(super) fn is_followed(&self) -> bool {
        self.news.receiver_count() > 0
    }

    /// Returns when somebody begins to follow, or has since the last time.
    pub(super) async fn somebody_comes(&self) {
        self.arrivals.notified().await;
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::scores::Entry, identity::Port, roster::Student};

    fn board() -> Board {
        let row = |number: u16| {
            let student = Student {
                student: format!("s{number}"),
                name: String::new(),
                email: String::new(),
                host: "localhost".into(),
                sandbox: Port::new(2 * number + 1).unwrap(),
                production: Port::new(2 * number + 2).unwrap(),
            };
            Row::of(&student, 10.0, Entry::default())
        };
        Board::of((0..3).map(row).collect())
    }

    fn revise(board: &Board, place: usize, revision: u64) {
        board.change(place, |row| row.hand.revision = revision);
    }

    #[test]
    fn who_looks_again_sees_what_has_changed_and_only_that() {
        let board = board();
        let (version, rows) = board.since(0);
        assert_eq!(rows.len(), 3);
        assert_eq!(board.since(version), (version, Vec::new()));
        revise(&board, 1, 1);
        revise(&board, 1, 2);
        let (newer, rows) = board.since(version);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].hand.revision, 2);
        // The same again is no news.
        revise(&board, 1, 2);
        assert_eq!(board.since(newer), (newer, Vec::new()));
    }

    #[tokio::test]
    async fn who_follows_is_told_and_counts() {
        let board = board();
        assert!(!board.is_followed());
        let mut news = board.follow();
        board.somebody_comes().await;
        assert!(board.is_followed());
        revise(&board, 0, 1);
        news.changed().await.unwrap();
        drop(news);
        assert!(!board.is_followed());
    }
}
