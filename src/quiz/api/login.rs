//! `POST /0390/api/login`.

use super::{body::Body, refused::Refused};
use crate::quiz::{Name, Quiz, login::Login, parse_pin, view::SessionView};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// 1 to 60 characters.
    name: Value,
    /// 4 to 64 characters.
    // Any JSON at first: serde would quote a pin of the wrong type in its message.
    pin: Value,
}

/// Logs a candidate in; in an open quiz the first login of a name sets its pin.
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
