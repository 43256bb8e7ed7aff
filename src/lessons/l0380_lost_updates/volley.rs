//! Fifty requests at once, and what is left of them.

use super::{
    notes::Notes,
    ways::{Change, Times, Way},
};
use serde::Deserialize;
use std::{collections::BTreeSet, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

/// So many requests.
pub(super) const SHOTS: usize = 50;

/// Where they write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Keys {
    /// All under one key.
    One,
    /// Each under a key of its own.
    Own,
}

/// Fifty requests, each with what became of it, by their numbers.
pub(super) struct Volley {
    pub(super) way: Way,
    pub(super) keys: Keys,
    pub(super) shots: Vec<Shot>,
}

/// One of them. Times are counted from the beginning of the volley.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shot {
    pub(super) number: usize,
    pub(super) came: Duration,
    pub(super) loaded: Duration,
    pub(super) saved: Duration,
    /// Whether its number is in the record in the end.
    pub(super) kept: bool,
}

impl Keys {
    pub(super) const BOTH: [Self; 2] = [Self::One, Self::Own];

    /// Its name in forms and remarks.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Own => "own",
        }
    }

    /// The same for people.
    pub(super) fn explained(self) -> &'static str {
        match self {
            Self::One => "all write under one key",
            Self::Own => "each writes under a key of its own",
        }
    }

    fn key(self, number: usize) -> String {
        match self {
            Self::One => "numbers".into(),
            Self::Own => format!("answer {number}"),
        }
    }
}

// ANCHOR: fire
/// Fires fifty requests at a new record.
pub(super) async fn fire(way: Way, keys: Keys) -> Volley {
    let (notes, start) = (Notes::default(), Instant::now());
    let mut at_once = JoinSet::new();
    for number in 1..=SHOTS {
        let (notes, change) = (notes.clone(), change(number, keys));
        at_once.spawn(async move {
            sleep(delay(number)).await;
            let came = Instant::now();
            (number, came, way.make(&change, &notes).await)
        });
    }
    let times = at_once.join_all().await;
    Volley::of(way, keys, times, start, &notes)
}
// ANCHOR_END: fire

/// The requests differ, as real ones do: in when they come …
fn delay(number: usize) -> Duration {
    Duration::from_millis((number as u64 * 7) % 20)
}

/// … and in how long they work.
fn change(number: usize, keys: Keys) -> Change {
    Change {
        number,
        key: keys.key(number),
        takes: Duration::from_millis(3 + (number as u64 * 5) % 7),
    }
}

impl Volley {
    fn of(
        way: Way,
        keys: Keys,
        times: Vec<(usize, Instant, Times)>,
        start: Instant,
        notes: &Notes,
    ) -> Self {
        let kept = numbers_in(notes);
        let shot = |(number, came, times): (usize, Instant, Times)| Shot {
            number,
            came: came - start,
            loaded: times.loaded - start,
            saved: times.saved - start,
            kept: kept.contains(&number),
        };
        let mut shots: Vec<_> = times.into_iter().map(shot).collect();
        shots.sort_by_key(|shot| shot.number);
        Self { way, keys, shots }
    }

    /// How many requests are still in the record.
    pub(super) fn kept(&self) -> usize {
        self.shots.iter().filter(|shot| shot.kept).count()
    }

    /// How many were overwritten.
    pub(super) fn lost(&self) -> usize {
        self.shots.len() - self.kept()
    }
}

/// All numbers in the record, whatever key they are under.
pub(super) fn numbers_in(notes: &Notes) -> BTreeSet<usize> {
    let data = notes.load().unwrap_or_default();
    data.into_values().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time stands still while anybody works, so the outcome is always the same.
    #[tokio::test(start_paused = true)]
    async fn only_the_lock_keeps_everything_under_one_key_and_under_own_keys() {
        for (way, keys, all) in [
            (Way::Naive, Keys::One, false),
            (Way::Naive, Keys::Own, false),
            (Way::ChangesOnly, Keys::One, false),
            (Way::ChangesOnly, Keys::Own, true),
            (Way::Locked, Keys::One, true),
            (Way::Locked, Keys::Own, true),
        ] {
            let volley = fire(way, keys).await;
            assert_eq!(volley.shots.len(), SHOTS);
            assert_eq!(volley.lost() == 0, all, "{way:?} {keys:?}");
            assert!(volley.kept() > 0, "the last one is always kept");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_are_kept_did_not_overlap() {
        for way in [Way::Naive, Way::Locked] {
            let mut kept = fire(way, Keys::One).await.shots;
            kept.retain(|shot| shot.kept);
            kept.sort_by_key(|shot| shot.saved);
            let apart = |pair: &[Shot]| pair[0].saved <= pair[1].loaded;
            assert!(kept.windows(2).all(apart), "{kept:?}");
        }
    }
}
