//! The rows of the two apps' sessions: in memory, and never more than a thousand.

use super::switches::App;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tower_sessions::session::Id;

/// So many visitors at once are a large class.
const MAX_ROWS: usize = 1_000;

/// A session.
#[derive(Clone)]
pub(super) struct Row {
    /// The table that it is in.
    table: String,
    pub(super) id: Id,
    /// How often each app was visited in this session.
    visits: [u64; 2],
}

impl Row {
    pub(super) fn visits_to(&self, app: App) -> u64 {
        self.visits[app as usize]
    }

    /// What the app's counter says: it knows of one number, whoever has raised it.
    pub(super) fn visits(&self) -> u64 {
        self.visits.iter().sum()
    }

    fn is(&self, table: &str, id: Id) -> bool {
        self.table == table && self.id == id
    }
}

/// All tables, the oldest rows first. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Tables(Arc<Mutex<VecDeque<Row>>>);

impl Tables {
    /// The session `id`, if it is in `table`.
    pub(super) fn find(&self, table: &str, id: Id) -> Option<Row> {
        let rows = self.rows();
        rows.iter().find(|row| row.is(table, id)).cloned()
    }

    /// Counts a visit to `app` in the session `id`; `None` when it is not in `table` any more.
    pub(super) fn count(&self, table: &str, id: Id, app: App) -> Option<Row> {
        let mut rows = self.rows();
        let row = rows.iter_mut().find(|row| row.is(table, id))?;
        row.visits[app as usize] += 1;
        Some(row.clone())
    }

    /// A new session with its first visit.
    pub(super) fn begin(&self, table: &str, app: App) -> Row {
        let mut row = Row {
            table: table.to_owned(),
            id: Id::default(),
            visits: [0; 2],
        };
        row.visits[app as usize] = 1;
        let mut rows = self.rows();
        rows.push_back(row.clone());
        if rows.len() > MAX_ROWS {
            rows.pop_front();
        }
        row
    }

    /// Removes the sessions `ids` from `table`, and returns those that were there.
    pub(super) fn remove(&self, table: &str, ids: &[Id]) -> Vec<Row> {
        let is_wanted = |row: &Row| ids.iter().any(|id| row.is(table, *id));
        let mut rows = self.rows();
        let (removed, kept): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut *rows).into_iter().partition(is_wanted);
        *rows = kept;
        removed.into()
    }

    fn rows(&self) -> MutexGuard<'_, VecDeque<Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_rows_are_kept_and_the_oldest_go() {
        let tables = Tables::default();
        let first = tables.begin("t", App::Sandbox);
        let second = tables.begin("t", App::Sandbox);
        for _ in 1..MAX_ROWS {
            tables.begin("t", App::Production);
        }
        assert!(tables.find("t", first.id).is_none());
        assert!(tables.find("t", second.id).is_some());
        assert_eq!(tables.rows().len(), MAX_ROWS);
    }

    #[test]
    fn a_row_is_in_its_own_table_alone() {
        let tables = Tables::default();
        let id = tables.begin("one", App::Sandbox).id;
        assert!(tables.find("two", id).is_none());
        assert!(tables.count("two", id, App::Sandbox).is_none());
        assert!(tables.remove("two", &[id]).is_empty());
        assert_eq!(tables.remove("one", &[id]).len(), 1);
        assert!(tables.find("one", id).is_none());
    }
}
