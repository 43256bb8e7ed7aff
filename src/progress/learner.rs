//! Who learns: a UUID made by the learner's own browser.

use serde::Deserialize;
use std::{fmt, str::FromStr};

/// A learner's UUID, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Learner(String);

/// What was given is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a learner is a UUID of 36 characters, in small letters")]
pub struct LearnerError;

impl FromStr for Learner {
    type Err = LearnerError;

    fn from_str(text: &str) -> Result<Self, LearnerError> {
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let fits = |(at, c): (usize, char)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => hex(c),
        };
        match text.len() == 36 && text.chars().enumerate().all(fits) {
            true => Ok(Self(text.to_owned())),
            false => Err(LearnerError),
        }
    }
}

impl TryFrom<String> for Learner {
    type Error = LearnerError;

    fn try_from(text: String) -> Result<Self, LearnerError> {
        text.parse()
    }
}

impl fmt::Display for Learner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_a_learner_and_nothing_else_is() {
        let good = "9b2f6a1c-0d3e-4f5a-8b7c-6d5e4f3a2b1c";
        assert_eq!(good.parse::<Learner>().unwrap().to_string(), good);
        for bad in [
            "",
            "9b2f6a1c",
            &good.to_uppercase(),
            &good.replace('-', "_"),
            "é".repeat(18).as_str(),
        ] {
            assert_eq!(bad.parse::<Learner>(), Err(LearnerError), "{bad}");
        }
    }
}
