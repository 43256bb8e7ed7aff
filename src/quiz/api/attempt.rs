//! `/0390/api/attempt`: start it, come back to it, submit it.

use super::{refused::Refused, who::Candidate};
use crate::quiz::{
    Quiz,
    room::{Start, State},
    view::{AttemptView, EvaluationView},
};
use axum::{Extension, Json, http::StatusCode};

/// Starts an attempt, which counts from now on; a running one is not restarted.
pub(super) async fn start(
    Extension(quiz): Extension<Quiz>,
    Candidate(session): Candidate,
) -> Result<(StatusCode, Json<AttemptView>), Refused> {
    match quiz.start(&session).await? {
        Start::New(new) => Ok((StatusCode::CREATED, Json(AttemptView::Running(new)))),
        Start::Running(running) => Ok((StatusCode::OK, Json(AttemptView::Running(running)))),
        Start::NoneLeft => Err(Refused::NoStart("You have used up your attempts.")),
        Start::Closed => Err(Refused::NoStart("The quiz is not open.")),
        Start::PastUnknown => Err(Refused::Unavailable(
            "The database does not answer, so nobody knows how many attempts you have left.",
        )),
    }
}

/// The latest attempt: everything that a page needs to go on after a disconnection.
pub(super) async fn show(
    Extension(quiz): Extension<Quiz>,
    Candidate(session): Candidate,
) -> Result<Json<AttemptView>, Refused> {
    match quiz.state(&session).await? {
        State::There(attempt) => Ok(Json(attempt)),
        State::Never { attempts_left } => {
            let attempts_left = Some(attempts_left);
            Err(Refused::NoAttempt { attempts_left })
        }
    }
}

/// Ends the attempt and evaluates it; asked again, or too late, it tells the same once more.
pub(super) async fn submit(
    Extension(quiz): Extension<Quiz>,
    Candidate(session): Candidate,
) -> Result<Json<EvaluationView>, Refused> {
    let never = Refused::NoAttempt {
        attempts_left: None,
    };
    quiz.submit(&session).await?.map(Json).ok_or(never)
}
