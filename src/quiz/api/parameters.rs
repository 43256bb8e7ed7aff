//! `/0390/api/parameters`: what the proctor may change while attempts run.

use super::{
    body::Body,
    refused::{ProblemView, Refused},
    who::Proctor,
};
use crate::quiz::{Quiz, room::Change, view::ParametersView};
use axum::{Extension, Json};

/// The parameters as they are.
#[utoipa::path(
    get,
    path = "/0390/api/parameters",
    tag = "proctor",
    security(("owner" = [])),
    responses(
        (status = 200, description = "As they are", body = ParametersView),
        (status = 401, description = "No owner token", body = ProblemView),
    )
)]
pub(super) async fn show(_: Proctor, Extension(quiz): Extension<Quiz>) -> Json<ParametersView> {
    Json(quiz.act(|inner, _| inner.room.parameters()))
}

/// Changes some of them, all of what is asked for or nothing; running attempts follow at once.
#[utoipa::path(
    patch,
    path = "/0390/api/parameters",
    tag = "proctor",
    security(("owner" = [])),
    request_body = Change,
    responses(
        (status = 200, description = "As they are now", body = ParametersView),
        (status = 400, description = "The body is not JSON", body = ProblemView),
        (status = 413, description = "The body is over 4 KiB", body = ProblemView),
        (status = 415, description = "`content-type` is not JSON", body = ProblemView),
        (status = 401, description = "No owner token", body = ProblemView),
        (status = 422, description = "Out of bounds, or a wrong field", body = ProblemView),
    )
)]
pub(super) async fn change(
    _: Proctor,
    Extension(quiz): Extension<Quiz>,
    Body(change): Body<Change>,
) -> Result<Json<ParametersView>, Refused> {
    let changed = quiz.act(|inner, now| inner.room.change(&change, now))?;
    Ok(Json(changed))
}
