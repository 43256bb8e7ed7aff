//! What `sweatbox doctor` looks at: everything that `serve` needs, in the same order, without
//! making anything.

mod checks;

use crate::config::{Options, Refusal};
use serde::Serialize;
use std::path::Path;

/// What one check found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The name of the check.
    pub check: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What mends it, if it wants mending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// `serve` starts all the same.
    Warning,
    /// `serve` refuses to start.
    Failed,
    /// Not to be looked at before an earlier one is mended.
    Skipped,
}

/// Looks at everything, the quiz file included if there is one; `serve` would start if no finding
/// [`stops`](Finding::stops) it.
pub async fn examine(options: &Options, quiz: Option<&Path>) -> Vec<Finding> {
    let quiz = quiz.map(|file| checks::quiz(options, file));
    let (port, assignment) = checks::port(options);
    let (install_key, key) = checks::install_key(options);
    let (credentials, setup) = checks::credentials(options, assignment);
    let certificate = checks::certificate(options);
    let store = match (assignment, &setup, &key) {
        (Some(assignment), Some(setup), Some(key)) => {
            checks::store(setup, assignment.port(), key.as_ref()).await
        }
        _ => Finding::skipped("store"),
    };
    let listen = match assignment {
        Some(assignment) => checks::listen(options, assignment),
        None => Finding::skipped("listen"),
    };
    let claim = match (assignment, &setup, key) {
        _ if store.stops() || listen.stops() => Finding::skipped("claim"),
        (Some(assignment), Some(setup), Some(Some(key))) => {
            checks::claim(setup, options.tenancy(), assignment.port(), &key).await
        }
        // Without a key nothing is there yet.
        _ => Finding::ok("claim", "nothing to claim yet"),
    };
    let others = [
        port,
        install_key,
        credentials,
        certificate,
        store,
        listen,
        claim,
    ];
    quiz.into_iter().chain(others).collect()
}

impl Finding {
    /// Whether `serve` would not start because of this.
    pub fn stops(&self) -> bool {
        matches!(self.verdict, Verdict::Failed | Verdict::Skipped)
    }

    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        let verdict = Verdict::Ok;
        let found = found.into();
        Self {
            check,
            verdict,
            found,
            mend: None,
        }
    }

    fn warning(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        let verdict = Verdict::Warning;
        let (found, mend) = (found.into(), Some(mend.into()));
        Self {
            check,
            verdict,
            found,
            mend,
        }
    }

    fn failed(check: &'static str, refusal: Refusal) -> Self {
        let verdict = Verdict::Failed;
        let (found, mend) = (refusal.problem, Some(refusal.mend));
        Self {
            check,
            verdict,
            found,
            mend,
        }
    }

    fn skipped(check: &'static str) -> Self {
        let verdict = Verdict::Skipped;
        let found = "not looked at: mend the above first".into();
        Self {
            check,
            verdict,
            found,
            mend: None,
        }
    }
}
