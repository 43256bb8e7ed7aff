//! Slowing down whoever guesses pins, name by name.

use super::name::Name;
use std::collections::HashMap;
use time::{Duration, OffsetDateTime};

/// So many may fail before the pauses begin.
const FREE: u32 = 5;
/// The longest pause.
const LONGEST: Duration = Duration::MINUTE;
/// The most names that are remembered.
const NAMES: usize = 10_000;

/// Who has failed, and how long they have to wait.
#[derive(Debug, Default)]
pub(super) struct Throttle(HashMap<Name, Failures>);

#[derive(Debug)]
struct Failures {
    count: u32,
    latest: OffsetDateTime,
    /// No further try before this moment.
    until: OffsetDateTime,
}

impl Throttle {
    /// Lets `name` try, or says how long to wait. A try counts as failed from its beginning, or
    /// a hundred at once would all be the first; [`forgive`](Self::forgive) takes that back.
    pub(super) fn admit(&mut self, name: &Name, now: OffsetDateTime) -> Result<(), Duration> {
        self.make_room(name);
        let failures = self.0.entry(name.clone()).or_insert(Failures {
            count: 0,
            latest: now,
            until: now,
        });
        if now < failures.until {
            return Err(failures.until - now);
        }
        failures.count += 1;
        failures.latest = now;
        failures.pause(now);
        Ok(())
    }

    /// The pin was wrong: the pause counts from now, however long it took to find that out.
    pub(super) fn failed(&mut self, name: &Name, now: OffsetDateTime) {
        if let Some(failures) = self.0.get_mut(name) {
            failures.pause(now);
        }
    }

    /// The pin was right.
    pub(super) fn forgive(&mut self, name: &Name) {
        self.0.remove(name);
    }

    /// The pin was never looked at.
    pub(super) fn take_back(&mut self, name: &Name, now: OffsetDateTime) {
        if let Some(failures) = self.0.get_mut(name) {
            failures.count = failures.count.saturating_sub(1);
            failures.until = now;
        }
    }

    /// Forgets the name that has failed the longest ago when there are too many.
    fn make_room(&mut self, name: &Name) {
        if self.0.len() < NAMES || self.0.contains_key(name) {
            return;
        }
        let oldest = self.0.iter().min_by_key(|(_, failures)| failures.latest);
        if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
            self.0.remove(&oldest);
        }
    }
}

impl Failures {
    fn pause(&mut self, now: OffsetDateTime) {
        if let Some(doublings) = self.count.checked_sub(FREE) {
            // The sixth doubling is past the longest pause already.
            let pause = Duration::SECOND * 2_i32.pow(doublings.min(6));
            self.until = now + pause.min(LONGEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn after_five_failures_the_pauses_double_up_to_a_minute() {
        let (mut throttle, ann) = (Throttle::default(), name("Ann"));
        let mut now = NOW;
        for _ in 0..FREE {
            assert_eq!(throttle.admit(&ann, now), Ok(()));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let pause = Duration::seconds(seconds);
            assert_eq!(throttle.admit(&ann, now), Err(pause));
            now += pause;
            assert_eq!(throttle.admit(&ann, now), Ok(()));
        }
    }

    #[test]
    fn a_right_pin_and_another_name_start_afresh() {
        let (mut throttle, ann) = (Throttle::default(), name("Ann"));
        for _ in 0..FREE {
            throttle.admit(&ann, NOW).unwrap();
        }
        assert!(throttle.admit(&ann, NOW).is_err());
        assert!(throttle.admit(&name("Bob"), NOW).is_ok());
        throttle.forgive(&ann);
        assert!(throttle.admit(&ann, NOW).is_ok());
    }

    #[test]
    fn a_pin_that_nobody_looked_at_is_no_failure() {
        let (mut throttle, ann) = (Throttle::default(), name("Ann"));
        for _ in 0..100 {
            throttle.admit(&ann, NOW).unwrap();
            throttle.take_back(&ann, NOW);
        }
    }

    #[test]
    fn no_more_names_are_remembered_than_there_is_room_for() {
        let mut throttle = Throttle::default();
        for number in 0..=NAMES {
            let now = NOW + Duration::seconds(i64::try_from(number).unwrap());
            throttle.admit(&name(&number.to_string()), now).unwrap();
        }
        assert_eq!(throttle.0.len(), NAMES);
        assert!(!throttle.0.contains_key(&name("0")));
    }
}
