//! `PUT /0390/api/attempt/answers/{question}`: one answer, saved as it is given.

use super::{
    body::{Body, there},
    refused::{ProblemView, Refused},
    who::Candidate,
};
use crate::quiz::{Quiz, limits::REVISION, room::Save, view::SavedView};
use axum::{
    Extension, Json,
    extract::{Path, rejection::PathRejection},
};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// The index of the option in this attempt's order; `null` takes the answer back.
    #[serde(deserialize_with = "there")]
    option: Option<usize>,
    /// That of the tab's state with this answer: the last one that it knows, and one more.
    revision: u64,
}

/// Saves one answer. Of two tabs the larger state wins.
#[utoipa::path(
    put,
    path = "/0390/api/attempt/answers/{question}",
    tag = "candidate",
    security(("session" = [])),
    params(("question" = String, Path, description = "The question's id in this attempt")),
    request_body = Answer,
    responses(
        (status = 200, description = "It is saved, or was already", body = SavedView),
        (status = 400, description = "The body is not JSON", body = ProblemView),
        (status = 413, description = "The body is over 4 KiB", body = ProblemView),
        (status = 415, description = "`content-type` is not JSON", body = ProblemView),
        (status = 401, description = "No session", body = ProblemView),
        (status = 404, description = "Never started, or no such question", body = ProblemView),
        (status = 409, description = "With the larger `answers`, `revision`", body = ProblemView),
        (status = 410, description = "The attempt is over", body = ProblemView),
        (status = 422, description = "No such option, or a wrong field", body = ProblemView),
        (status = 423, description = "It runs in another session", body = ProblemView),
    )
)]
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
