//! `GET /0390/api/openapi.json`: these calls as an OpenAPI 3.1 document.

use super::{answers, attempt, attempts, events, login, parameters, results};
use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "The quiz of lesson 0390",
        description = "A quiz whose running attempts live in memory, on purpose."
    ),
    paths(
        login::login,
        attempt::start,
        attempt::show,
        attempt::submit,
        answers::save,
        events::follow,
        parameters::show,
        parameters::change,
        attempts::list,
        attempts::release,
        results::list,
        results::as_csv,
    ),
    modifiers(&Keys)
)]
struct Document;

/// How a candidate and the proctor say who they are.
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let session = ApiKey::Header(ApiKeyValue::new("session-id"));
        let owner = Http::new(HttpAuthScheme::Bearer);
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
        components.add_security_scheme("owner", SecurityScheme::Http(owner));
    }
}

pub(super) async fn document() -> Json<openapi::OpenApi> {
    Json(Document::openapi())
}
