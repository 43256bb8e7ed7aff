//! Records one behind the other, the oldest first.
//!
//! With memory of its own for each record, some thousand of them lie all over the place, and to
//! put one there takes longer than to write it: neither the memory nor where it lies is near the
//! processor. So all that stands in the records of a session stands in three rows, and a new one is
//! written where the last one ended.

use super::super::{Event, Record};
use std::{collections::VecDeque, mem, sync::Arc, time::Duration};
use time::OffsetDateTime;

/// Records as they are kept.
#[derive(Debug, Default)]
pub(super) struct Tape {
    heads: VecDeque<Head>,
    /// How much of the other rows each record has. Apart from the heads, which are far away by the
    /// time the oldest one is to go.
    lengths: VecDeque<Lengths>,
    events: VecDeque<Event>,
    /// Of each record its method, its path and what its events quote.
    text: VecDeque<u8>,
}

/// What a record is besides, in half of a line of the processor's cache.
#[derive(Debug, Clone, Copy)]
struct Head {
    number: u64,
    /// In nanoseconds since 1970: good until 2262.
    began: i64,
    /// In nanoseconds.
    took: u64,
    status: u16,
    /// The lengths of its first two texts, which are shortened long before this is too little.
    method: u16,
    path: u16,
}

/// How many events a record has, and how many bytes of text.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    events: u32,
    text: u32,
}

impl Tape {
    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.heads.capacity() * size_of::<Head>()
            + self.lengths.capacity() * size_of::<Lengths>()
            + self.events.capacity() * size_of::<Event>()
            + self.text.capacity()
    }

    /// Writes a record behind the others.
    pub(super) fn push(&mut self, record: &Record) {
        self.heads.push_back(Head {
            number: record.number,
            began: record.began.unix_timestamp_nanos() as i64,
            took: record.took.as_nanos() as u64,
            status: record.status,
            method: record.method.len() as u16,
            path: record.path.len() as u16,
        });
        let text = record.method.len() + record.path.len() + record.quoted.len();
        self.lengths.push_back(Lengths {
            events: record.events.len() as u32,
            text: text as u32,
        });
        self.events.extend(&record.events);
        self.text.extend(record.method.as_bytes());
        self.text.extend(record.path.as_bytes());
        self.text.extend(&record.quoted);
    }

    /// Forgets the oldest record.
    pub(super) fn drop_oldest(&mut self) {
        if let Some(Lengths { events, text }) = self.lengths.pop_front() {
            // Not read, where `pop_front` would.
            self.heads.drain(..1);
            self.events.drain(..events as usize);
            self.text.drain(..text as usize);
        }
    }

    /// All records.
    pub(super) fn records(&self) -> Vec<Arc<Record>> {
        let (mut event, mut text) = (0, 0);
        let record = |(head, lengths): (&Head, &Lengths)| {
            let method_end = text + usize::from(head.method);
            let path_end = method_end + usize::from(head.path);
            let end = text + lengths.text as usize;
            let mut until = |end: usize| -> Vec<u8> {
                let start = mem::replace(&mut text, end);
                self.text.range(start..end).copied().collect()
            };
            let (method, path, quoted) = (until(method_end), until(path_end), until(end));
            let first = event;
            event += lengths.events as usize;
            Arc::new(Record {
                number: head.number,
                began: OffsetDateTime::UNIX_EPOCH + time::Duration::nanoseconds(head.began),
                // They were text when they were written.
                method: String::from_utf8_lossy(&method).into_owned().into(),
                path: String::from_utf8_lossy(&path).into_owned(),
                status: head.status,
                took: Duration::from_nanos(head.took),
                events: self.events.range(first..event).copied().collect(),
                quoted,
            })
        };
        self.heads.iter().zip(&self.lengths).map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::{Recording, What};
    use proptest::{collection::vec, prelude::*};

    /// A request with so many events, of which each quotes a text.
    fn record(number: u64, method: &str, path: &str, quoted: &[String]) -> Box<Record> {
        let began = OffsetDateTime::UNIX_EPOCH + Duration::from_micros(number);
        let recording = Recording::begin(number, began, method, path);
        for text in quoted {
            recording.happened(What::Lock);
            recording.note("about", text);
        }
        recording.finished(200 + number as u16).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_written_is_read_again(
            records in vec(("[A-Z]{1,9}", "/\\PC{0,40}", vec("\\PC{0,60}", 0..12)), 0..40),
            most in 1..9_usize,
        ) {
            let mut tape = Tape::default();
            let mut written = Vec::new();
            for (number, (method, path, quoted)) in records.iter().enumerate() {
                let record = record(number as u64, method, path, quoted);
                tape.push(&record);
                written.push(format!("{record:?}"));
                if tape.len() > most {
                    tape.drop_oldest();
                    written.remove(0);
                }
            }
            let read: Vec<_> = tape.records().iter().map(|record| format!("{record:?}")).collect();
            prop_assert_eq!(read, written);
        }
    }
}
