//! `POST /0390/api/login`.

use super::{
    body::Body,
    refused::{ProblemView, Refused},
};
use crate::quiz::{Name, Quiz, login::Login, parse_pin, view::SessionView};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// 1 to 60 characters.
    #[schema(value_type = String)]
    name: Value,
    /// 4 to 64 characters.
    // Any JSON at first: serde would quote a pin of the wrong type in its message.
    #[schema(value_type = String)]
    pin: Value,
}

/// Logs a candidate in; in an open quiz the first login of a name sets its pin.
#[utoipa::path(
    post,
    path = "/0390/api/login",
    tag = "candidate",
    request_body = Credentials,
    responses(
        (status = 200, description = "A new session", body = SessionView),
        (status = 400, description = "The body is not JSON", body = ProblemView),
        (status = 413, description = "The body is over 4 KiB", body = ProblemView),
        (status = 415, description = "`content-type` is not JSON", body = ProblemView),
        (status = 401, description = "Unknown name or wrong pin", body = ProblemView),
        (status = 422, description = "No name, or no pin", body = ProblemView),
        (status = 429, description = "After five failures: `Retry-After`", body = ProblemView),
        (status = 503, description = "Too many at once: `Retry-After`", body = ProblemView),
    )
)]
pub(super) async fn login(
    Extension(quiz): Extension<Quiz>,
    Body(Credentials { name, pin }): Body<Credentials>,
) -> Result<Json<SessionView>, Refused> {
    let name = text("name", &name)?.parse::<Name>();
    let name = name.map_err(|error| Refused::Invalid(format!("name: {error}")))?;
    let pin = parse_pin(text("pin", &pin)?);
    let pin = pin.map_err(|error| Refused::Invalid(format!("pin: {error}")))?;
    match quiz.login(&name, &pin).await {
        Login::Admitted(session_id) => Ok(Json(SessionView { session_id })),
        Login::Wrong => Err(Refused::WrongPin),
        Login::Wait(wait) => Err(Refused::Slowly(wait)),
        Login::Unavailable(why) => Err(Refused::Unavailable(why)),
    }
}

fn text<'a>(field: &str, value: &'a Value) -> Result<&'a str, Refused> {
    let text = value.as_str();
    text.ok_or_else(|| Refused::Invalid(format!("{field}: it has to be a text")))
}
