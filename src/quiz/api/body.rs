//! A JSON body, with every reason for which it may be refused.

use super::refused::Refused;
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

/// A body of the type `T`.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        if !is_json(request.headers()) {
            return Err(Refused::NotJson);
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLong,
            _ => Refused::Unreadable("The body broke off.".into()),
        })?;
        // The syntax of all of it first: an unknown field would hide a mistake behind it.
        let syntax = serde_json::from_slice::<IgnoredAny>(&bytes);
        syntax.map_err(|error| Refused::Unreadable(format!("The body is not JSON: {error}")))?;
        let value = Json::from_bytes(&bytes);
        let Json(value) = value.map_err(|mistake| Refused::Invalid(mistake.body_text()))?;
        // serde takes a list for an object whose fields have no names.
        match bytes.trim_ascii_start().first() {
            Some(b'{') => Ok(Self(value)),
            _ => Err(Refused::Invalid("The body has to be an object.".into())),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// A value that may be `null` but has to be there.
pub(super) fn there<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(from)
}
