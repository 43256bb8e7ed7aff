//! A store as simple as Express's `MemoryStore`: records in a map, and nobody who clears it.

use serde_json::Value;
use std::collections::HashMap;

/// A moment of the simulated time, counted from its beginning. Nothing here looks at a clock of
/// its own, so sixteen minutes take some milliseconds.
pub(super) type Second = u32;

/// What an id would take: Express's have 32 characters. Ours are numbers.
const ID_BYTES: usize = 32;

/// The sessions of one process.
#[derive(Default)]
pub(super) struct NaiveStore(HashMap<u64, Record>);

struct Record {
    /// The session as JSON.
    text: String,
    /// From this moment on it counts as gone; `None` for never.
    expires: Option<Second>,
}

impl NaiveStore {
    // ANCHOR: load
    /// The session with this id. If it has expired, it is removed, since somebody has asked.
    pub(super) fn load(&mut self, id: u64, now: Second) -> Option<Value> {
        let record = self.0.get(&id)?;
        if record.has_expired(now) {
            self.0.remove(&id);
            return None;
        }
        serde_json::from_str(&record.text).ok()
    }
    // ANCHOR_END: load

    /// Writes the whole record; says how many bytes.
    pub(super) fn save(&mut self, id: u64, session: &Value, expires: Option<Second>) -> usize {
        let text = session.to_string();
        let bytes = text.len();
        self.0.insert(id, Record { text, expires });
        bytes
    }

    /// Moves the expiry alone.
    pub(super) fn touch(&mut self, id: u64, expires: Option<Second>) {
        if let Some(record) = self.0.get_mut(&id) {
            record.expires = expires;
        }
    }

    // ANCHOR: purge
    /// Removes what has expired, whether or not anybody has asked for it.
    pub(super) fn purge(&mut self, now: Second) {
        self.0.retain(|_, record| !record.has_expired(now));
    }
    // ANCHOR_END: purge

    pub(super) fn records(&self) -> usize {
        self.0.len()
    }

    /// The text of all records and their ids; the map itself takes more.
    pub(super) fn bytes(&self) -> usize {
        let bytes = |record: &Record| record.text.len() + ID_BYTES;
        self.0.values().map(bytes).sum()
    }
}

impl Record {
    fn has_expired(&self, now: Second) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_expired_record_stays_until_somebody_asks_or_a_purge_comes() {
        let mut store = NaiveStore::default();
        for id in 0..3 {
            store.save(id, &json!({}), Some(60));
        }
        assert_eq!(store.load(0, 59), Some(json!({})));
        assert_eq!((store.load(0, 60), store.records()), (None, 2));
        store.touch(1, Some(120));
        store.purge(60);
        assert_eq!((store.records(), store.bytes()), (1, 2 + ID_BYTES));
    }
}
