//! `/0390/api/parameters`: what the proctor may change while attempts run.

use super::{body::Body, refused::Refused, who::Proctor};
use crate::quiz::{Quiz, room::Change, view::ParametersView};
use axum::{Extension, Json};

/// The parameters as they are.
pub(super) async fn show(_: Proctor, Extension(quiz): Extension<Quiz>) -> Json<ParametersView> {
    Json(quiz.act(|inner, _| inner.room.parameters()))
}

/// Changes some of them, all of what is asked for or nothing; running attempts follow at once.
pub(super) async fn change(
    _: Proctor,
    Extension(quiz): Extension<Quiz>,
    Body(change): Body<Change>,
) -> Result<Json<ParametersView>, Refused> {
    let changed = quiz.act(|inner, now| inner.room.change(&change, now))?;
    Ok(Json(changed))
}
