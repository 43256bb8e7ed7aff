//! `PUT /0390/api/attempt/answers/{question}`: one answer, saved as it is given.

use super::{
    body::{Body, there},
    refused::Refused,
    who::Candidate,
};
use crate::quiz::{Quiz, limits::REVISION, room::Save, view::SavedView};
use axum::{
    Extension, Json,
    extract::{Path, rejection::PathRejection},
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// The index of the option in this attempt's order; `null` takes the answer back.
    #[serde(deserialize_with = "there")]
    option: Option<usize>,
    /// That of the tab's state with this answer: the last one that it knows, and one more.
    revision: u64,
}

/// Saves one answer. Of two tabs the larger state wins.
pub(super) async fn save(
    Extension(quiz): Extension<Quiz>,
    Candidate(session): Candidate,
    question: Result<Path<String>, PathRejection>,
    Body(Answer { option, revision }): Body<Answer>,
) -> Result<Json<SavedView>, Refused> {
    // What is no text is no question's id, either.
    let question = question.map(|Path(question)| question).unwrap_or_default();
    let answer = (option, revision);
    match quiz.act(|inner, now| inner.room.save(&session, &question, answer, now))? {
        Save::Saved(saved) => Ok(Json(saved)),
        Save::Stale { answers, revision } => Err(Refused::Stale { answers, revision }),
        Save::Over => Err(Refused::Over),
        Save::Never => Err(Refused::NoAttempt {
            attempts_left: None,
        }),
        Save::NoSuchQuestion => Err(Refused::NotFound("This attempt has no such question.")),
        Save::NoSuchOption => Err(Refused::Invalid(
            "option: the question has no such option".into(),
        )),
        Save::TooFar => Err(Refused::Invalid(format!("revision: at most {REVISION}"))),
    }
}
