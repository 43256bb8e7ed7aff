//! The profile: what counts in an assignment, and how much. A TOML file of the instructor's.

use super::criteria::{Criterion, criteria};
use crate::config::{self, Refusal, quoted};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write, ops::Range, path::Path};
use toml::Spanned;

/// A weight beyond this is a slip of the keyboard.
const LARGEST_WEIGHT: u32 = 1000;
/// So are more points than this.
const MOST_POINTS: f64 = 10_000.0;

/// What counts in an assignment.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What it is called in the grade book.
    pub assignment: String,
    /// The most that can be had.
    pub points: f64,
    /// What counts, each with its weight here.
    pub criteria: Vec<Criterion>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    assignment: Option<Spanned<String>>,
    points: Option<Spanned<f64>>,
    checks: Option<BTreeMap<Spanned<String>, Spanned<u32>>>,
}

/// What is wrong, and where in the text if it is at one place.
type Wrong = (Option<Range<usize>>, String);

impl Profile {
    /// Everything with its usual weight, for 100 points.
    pub fn usual(with_database: bool) -> Self {
        let can = |criterion: &Criterion| with_database || !criterion.needs_database();
        Self {
            assignment: "Sessions".into(),
            points: 100.0,
            criteria: criteria().filter(can).collect(),
        }
    }

    /// Reads the profile at `path`.
    ///
    /// # Errors
    /// A file that is missing or cannot be read, and the first thing in it that is wrong, with
    /// its line.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        let text = config::read_text(path)?.ok_or_else(|| {
            let problem = format!("there is no profile {}", path.display());
            Refusal::new(problem, format!("sweatbox grade --list > {}", quoted(path)))
        })?;
        Self::parse(&text, path)
    }

    /// The profile in `text`, which stands in the file `path`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line if it has one.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Refusal> {
        let written = toml::from_str(text);
        let written = written.map_err(|error| (error.span(), error.message().to_owned()));
        written.and_then(Self::check).map_err(|(span, what)| {
            let place = span.map_or_else(String::new, |span| place(text, span.start));
            let problem = format!("{}{place}: {what}", path.display());
            let mend = "compare it with one that is right: sweatbox grade --list";
            Refusal::new(problem, mend)
        })
    }

    fn check(written: Written) -> Result<Self, Wrong> {
        let usual = Self::usual(false);
        let profile = Self {
            assignment: match written.assignment {
                Some(name) => assignment(name)?,
                None => usual.assignment,
            },
            points: written.points.map_or(Ok(usual.points), points)?,
            criteria: written.checks.map_or(Ok(usual.criteria), chosen)?,
        };
        match profile
            .criteria
            .iter()
            .any(|criterion| criterion.weight > 0)
        {
            true => Ok(profile),
            false => Err((None, "nothing in it counts".into())),
        }
    }

    /// Whether something in it can be judged only with an account on the database.
    pub fn needs_database(&self) -> bool {
        self.criteria.iter().any(Criterion::needs_database)
    }
}

fn assignment(name: Spanned<String>) -> Result<String, Wrong> {
    let span = name.span();
    match name.get_ref().trim() {
        "" => Err((Some(span), "an assignment has a name".into())),
        name if name.chars().any(char::is_control) => {
            Err((Some(span), "the name of an assignment is one line".into()))
        }
        name => Ok(name.to_owned()),
    }
}

fn points(points: Spanned<f64>) -> Result<f64, Wrong> {
    let span = points.span();
    match points.into_inner() {
        points if points > 0.0 && points <= MOST_POINTS => Ok(points),
        points => {
            let what = format!("{points} points; allowed is more than 0, and up to {MOST_POINTS}");
            Err((Some(span), what))
        }
    }
}

/// The criteria that are named, in the usual order.
fn chosen(weights: BTreeMap<Spanned<String>, Spanned<u32>>) -> Result<Vec<Criterion>, Wrong> {
    let known: Vec<_> = criteria().collect();
    for (id, weight) in &weights {
        if !known.iter().any(|criterion| criterion.id == id.get_ref()) {
            let what = format!("there is no check `{}`", id.get_ref());
            return Err((Some(id.span()), what));
        }
        if *weight.get_ref() > LARGEST_WEIGHT {
            let what = format!("a weight of {weight}; allowed is up to {LARGEST_WEIGHT}");
            return Err((Some(weight.span()), what));
        }
    }
    let weighed = |criterion: Criterion| {
        let weight = *weights.get(criterion.id)?.get_ref();
        Some(Criterion {
            weight,
            ..criterion
        })
    };
    Ok(known.into_iter().filter_map(weighed).collect())
}

/// The line, and the key that stands in it.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let key = text.lines().nth(line).unwrap_or_default().split_once('=');
    let key = key.map_or_else(String::new, |(key, _)| format!(" ({})", key.trim()));
    format!(", line {}{key}", line + 1)
}

/// A profile to start from: everything, with its usual weight and what it asks.
pub fn list() -> String {
    let Profile {
        assignment, points, ..
    } = Profile::usual(true);
    let mut text = format!(
        "# What counts, and how much. To change it: sweatbox grade --list > profile.toml\n\
         # What is not listed is not judged; a weight of 0 is shown and does not count.\n\
         assignment = \"{assignment}\"\n\
         points = {points}\n\n[checks]\n"
    );
    for criterion in criteria() {
        let Criterion {
            id, title, weight, ..
        } = criterion;
        let (off, note) = match criterion.needs_database() {
            true => ("# ", " (needs --credentials FILE)"),
            false => ("", ""),
        };
        let key = format!("{off}{id}");
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{key:26} = {weight}  # {title}{note}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn parse(text: &str) -> Result<Profile, String> {
        let parsed = Profile::parse(text, Path::new("p.toml"));
        parsed.map_err(|refusal| refusal.problem)
    }

    fn problem(text: &str) -> String {
        parse(text).unwrap_err()
    }

    #[test]
    fn what_is_listed_is_a_profile_of_everything() {
        let profile = parse(&list()).unwrap();
        let ids = |profile: &Profile| -> Vec<_> {
            let criteria = profile.criteria.iter();
            criteria.map(|one| (one.id, one.weight)).collect()
        };
        assert_eq!(ids(&profile), ids(&Profile::usual(false)));
        let with_all = parse(&list().replace("\n# 0", "\n0")).unwrap();
        assert_eq!(ids(&with_all), ids(&Profile::usual(true)));
        assert!(with_all.needs_database() && !profile.needs_database());
    }

    #[test]
    fn no_two_criteria_share_an_id() {
        let mut seen = HashSet::new();
        assert!(criteria().all(|criterion| seen.insert(criterion.id)));
    }

    #[test]
    fn a_profile_chooses_and_weighs() {
        let text = "assignment = 'Week 5'\npoints = 7\n[checks]\n\
                    0345-adding = 4\n0335-head = 0\n";
        let profile = parse(text).unwrap();
        assert_eq!((&*profile.assignment, profile.points), ("Week 5", 7.0));
        let chosen = profile.criteria.iter().map(|one| (one.id, one.weight));
        let chosen: Vec<_> = chosen.collect();
        assert_eq!(chosen, [("0335-head", 0), ("0345-adding", 4)]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_key() {
        for (text, expected) in [
            (
                "points = 5\n[checks]\n0335-hat = 1",
                "p.toml, line 3 (0335-hat): there is no check `0335-hat`",
            ),
            (
                "[checks]\n0335-head = 1001",
                "p.toml, line 2 (0335-head): a weight of 1001; allowed is up to 1000",
            ),
            (
                "\npoints = 0",
                "p.toml, line 2 (points): 0 points; allowed is more than 0, and up to 10000",
            ),
            (
                "assignment = ' '",
                "p.toml, line 1 (assignment): an assignment has a name",
            ),
            ("[checks]\n0335-head = 0", "p.toml: nothing in it counts"),
            ("[checks]", "p.toml: nothing in it counts"),
        ] {
            assert_eq!(problem(text), expected);
        }
        for (text, place) in [
            ("points = 5\nwheels = 4", "p.toml, line 2 (wheels): "),
            ("points = 'five'", "p.toml, line 1 (points): "),
            ("[checks]\n0335-head = -1", "p.toml, line 2 (0335-head): "),
            ("points = 5\npoints = 6", "p.toml, line 2 (points): "),
            ("points = nan", "p.toml, line 1 (points): "),
            ("points = 5\n= 6", "p.toml, line 2"),
        ] {
            let problem = problem(text);
            assert!(problem.starts_with(place), "{problem}");
        }
    }

    #[test]
    fn a_missing_profile_is_refused_with_the_command_that_makes_one() {
        let refusal = Profile::read(Path::new("/nowhere/p.toml")).unwrap_err();
        assert_eq!(refusal.problem, "there is no profile /nowhere/p.toml");
        assert_eq!(refusal.mend, "sweatbox grade --list > /nowhere/p.toml");
    }
}
