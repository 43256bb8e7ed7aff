//! Scores and comments given by hand: saved at once, and never lost to another desk.
//!
//! Each student has an entry with a revision. Whoever saves says which revision the change is
//! made to; if another desk was faster, nothing is written and the newer entry comes back, to be
//! merged by the one who knows what is meant (optimistic concurrency, as `If-Match` in RFC 9110,
//! 13.1.1).

mod file;

pub use file::ScoresFile;
pub(super) use file::{Saved, Stamp};

use crate::grading::class::hundredths;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// No grade book has a higher score.
const MOST_POINTS: f64 = 10_000.0;
/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 1_000;

/// What was given to each student, by login. Whoever has left the roster keeps it.
pub(super) type Scores = BTreeMap<String, Entry>;

/// What was given to one student.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Counts the changes; 0 if there was none.
    pub(super) revision: u64,
    /// Stands above what the checks have found.
    pub(super) score: Option<f64>,
    /// One line; may be empty.
    pub(super) comment: String,
    /// When it was changed last, as RFC 3339 writes it.
    pub(super) changed: Option<String>,
}

/// What somebody wants to give. Both have to be said: what is left out is no wish to remove it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    #[serde(deserialize_with = "Option::deserialize")]
    score: Option<f64>,
    comment: String,
}

impl Given {
    /// The same as it can stand in a grade book, or a sentence that says why it cannot.
    pub(super) fn checked(self) -> Result<Self, String> {
        let comment = self.comment.trim();
        if self
            .score
            .is_some_and(|score| !(0.0..=MOST_POINTS).contains(&score))
        {
            return Err(format!("A score is a number from 0 to {MOST_POINTS}."));
        }
        if comment.chars().count() > LONGEST_COMMENT {
            return Err(format!(
                "A comment has at most {LONGEST_COMMENT} characters."
            ));
        }
        if comment.chars().any(char::is_control) {
            return Err("A comment is one line.".into());
        }
        Ok(Self {
            score: self.score.map(hundredths),
            comment: comment.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Result<Given, String> {
        let given: Given = serde_json::from_str(text).map_err(|error| error.to_string())?;
        given.checked()
    }

    #[test]
    fn a_score_and_a_comment_are_taken_as_a_grade_book_takes_them() {
        let expected = Given {
            score: Some(9.57),
            comment: "Ünder way".into(),
        };
        let text = r#"{"score": 9.566, "comment": "  Ünder way "}"#;
        assert_eq!(given(text), Ok(expected));
        let nothing = given(r#"{"score": null, "comment": ""}"#).unwrap();
        assert_eq!((nothing.score, &*nothing.comment), (None, ""));
    }

    #[test]
    fn what_is_no_score_or_no_line_is_refused() {
        for (text, part) in [
            (r#"{"comment": ""}"#, "score"),
            (r#"{"score": 1}"#, "comment"),
            (r#"{"score": -0.01, "comment": ""}"#, "from 0 to 10000"),
            (r#"{"score": 10000.01, "comment": ""}"#, "from 0 to 10000"),
            (r#"{"score": "1", "comment": ""}"#, "invalid type"),
            (r#"{"score": 1, "comment": "a\nb"}"#, "one line"),
            (
                r#"{"score": 1, "comment": "", "name": ""}"#,
                "unknown field",
            ),
        ] {
            let problem = given(text).unwrap_err();
            assert!(problem.contains(part), "{text}: {problem}");
        }
        let long = format!(r#"{{"score": 1, "comment": "{}"}}"#, "ä".repeat(1_001));
        assert!(given(&long).unwrap_err().contains("1000 characters"));
    }
}
