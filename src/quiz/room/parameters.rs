//! What the proctor may change while attempts run.

use super::{CandidateId, Room};
use crate::quiz::{
    bank::{Bank, Roster},
    limits::{ATTEMPTS, CANDIDATES, DURATION, EXTRA},
    name::Name,
    view::ParametersView,
};
use serde::{Deserialize, Deserializer};
use std::{collections::BTreeMap, ops::RangeInclusive};
use time::{Duration, OffsetDateTime};

/// What the quiz asks of everybody, and grants to some.
#[derive(Debug, Clone)]
pub(super) struct Parameters {
    pub(super) duration_seconds: i64,
    pub(super) extra_seconds: BTreeMap<Name, i64>,
    pub(super) attempts: u32,
    pub(super) draw: usize,
    pub(super) open: bool,
}

/// A change of some of them; what is not named stays as it is.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::quiz) struct Change {
    /// 10 to 86400.
    #[serde(default, deserialize_with = "given")]
    pub(in crate::quiz) duration_seconds: Option<i64>,
    /// By candidate, -86400 to 86400; `null` takes it away.
    #[serde(default, deserialize_with = "given")]
    pub(in crate::quiz) extra_seconds: Option<BTreeMap<String, Option<i64>>>,
    /// 1 to 100.
    #[serde(default, deserialize_with = "given")]
    pub(in crate::quiz) attempts: Option<i64>,
    /// 1 to the number of questions in the bank; for attempts that are still to come.
    #[serde(default, deserialize_with = "given")]
    pub(in crate::quiz) draw: Option<i64>,
    /// Whether attempts may be started.
    #[serde(default, deserialize_with = "given")]
    pub(in crate::quiz) open: Option<bool>,
}

/// `null` is no number: a key is left out or has a value.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// What of a change cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::quiz) struct Wrong {
    pub(in crate::quiz) field: &'static str,
    pub(in crate::quiz) what: String,
}

impl Parameters {
    pub(super) fn of(bank: &Bank) -> Self {
        Self {
            duration_seconds: bank.duration_seconds,
            extra_seconds: BTreeMap::new(),
            attempts: bank.attempts,
            draw: bank.draw,
            open: bank.open,
        }
    }
}

impl Room {
    /// The parameters as they are.
    pub(in crate::quiz) fn parameters(&self) -> ParametersView {
        let Parameters {
            duration_seconds,
            attempts,
            draw,
            open,
            ..
        } = self.parameters;
        let extra = self.parameters.extra_seconds.iter();
        ParametersView {
            duration_seconds,
            extra_seconds: extra
                .map(|(name, extra)| (name.to_string(), *extra))
                .collect(),
            attempts,
            draw,
            open,
        }
    }

    /// Changes parameters, all of `change` or nothing; the running attempts follow at once.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub(in crate::quiz) fn change(
        &mut self,
        change: &Change,
        now: OffsetDateTime,
    ) -> Result<ParametersView, Wrong> {
        self.settle(now);
        let changed = self.changed_by(change)?;
        let (was_open, is_open) = (self.parameters.open, changed.open);
        self.parameters = changed;
        // Taken first: attempts leave the set, or change their place in it, as we go.
        let running: Vec<_> = self.deadlines.iter().copied().collect();
        for (deadline, candidate) in running {
            self.follow_parameters(candidate, deadline, now);
            if was_open != is_open {
                self.changed(candidate);
            }
        }
        self.news.overview = true;
        Ok(self.parameters())
    }

    /// The deadline of an attempt of `candidate` that was started at `started`.
    pub(super) fn deadline_of(
        &self,
        candidate: CandidateId,
        started: OffsetDateTime,
    ) -> OffsetDateTime {
        let Parameters {
            duration_seconds,
            extra_seconds,
            ..
        } = &self.parameters;
        let extra = extra_seconds.get(&self.of(candidate).name);
        let seconds = duration_seconds + extra.copied().unwrap_or(0);
        started + Duration::seconds(seconds.max(0))
    }

    fn follow_parameters(
        &mut self,
        candidate: CandidateId,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) {
        let started = self.of(candidate).attempt.as_ref().map(|it| it.started());
        let after = started.map(|started| self.deadline_of(candidate, started));
        let Some(after) = after.filter(|after| *after != before) else {
            return;
        };
        self.deadlines.remove(&(before, candidate));
        self.deadlines.insert((after, candidate));
        let attempt = self.of_mut(candidate).attempt.as_mut();
        match attempt.is_some_and(|attempt| attempt.move_deadline(after, now)) {
            true => self.conclude(candidate),
            false => self.changed(candidate),
        }
    }

    fn changed_by(&self, change: &Change) -> Result<Parameters, Wrong> {
        let mut new = self.parameters.clone();
        if let Some(seconds) = change.duration_seconds {
            new.duration_seconds = within("duration_seconds", seconds, DURATION)?;
        }
        if let Some(attempts) = change.attempts {
            let attempts = within("attempts", attempts, ATTEMPTS)?;
            new.attempts = u32::try_from(attempts).unwrap_or(1);
        }
        if let Some(draw) = change.draw {
            let most = i64::try_from(self.bank.len()).unwrap_or(i64::MAX);
            let draw = within("draw", draw, 1..=most)?;
            new.draw = usize::try_from(draw).unwrap_or(1);
        }
        new.open = change.open.unwrap_or(new.open);
        for (name, extra) in change.extra_seconds.iter().flatten() {
            self.grant(&mut new.extra_seconds, name, *extra)?;
        }
        Ok(new)
    }

    fn grant(
        &self,
        all: &mut BTreeMap<Name, i64>,
        name: &str,
        extra: Option<i64>,
    ) -> Result<(), Wrong> {
        const FIELD: &str = "extra_seconds";
        let wrong = |what: String| Wrong { field: FIELD, what };
        let name = name
            .parse::<Name>()
            .map_err(|error| wrong(error.to_string()))?;
        let listed = matches!(self.bank.roster, Roster::Listed(_));
        if listed && !self.names.contains_key(&name) {
            return Err(wrong(format!("no candidate is called {name}")));
        }
        match extra {
            Some(extra) => {
                all.insert(name, within(FIELD, extra, EXTRA)?);
            }
            None => {
                all.remove(&name);
            }
        }
        match all.len() > CANDIDATES {
            true => Err(wrong(format!("at most {CANDIDATES} names"))),
            false => Ok(()),
        }
    }
}

fn within(field: &'static str, number: i64, range: RangeInclusive<i64>) -> Result<i64, Wrong> {
    let (first, last) = (range.start(), range.end());
    match range.contains(&number) {
        true => Ok(number),
        false => Err(Wrong {
            field,
            what: format!("{number}; allowed is {first} to {last}"),
        }),
    }
}
