//! `GET /0390/api/openapi.json`: these calls as an OpenAPI 3.1 document.
//!
//! It is written by hand: macros that derive it from the types would be built by every student.
//! That it tells the truth is shown by the tests, which hold every answer against it.

use axum::{http::header, response::IntoResponse};

/// All but the program's version.
const WRITTEN: &str = include_str!("openapi.json");

pub(super) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], of_version())
}

fn of_version() -> String {
    WRITTEN.replacen("VERSION", env!("CARGO_PKG_VERSION"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn every_path_of_the_router_is_documented_and_no_other() {
        let document: Value = serde_json::from_str(&of_version()).unwrap();
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        let paths = document["paths"].as_object().unwrap().keys();
        let documented: BTreeSet<_> = paths.map(String::as_str).collect();
        // The only place where axum tells them.
        let router = format!("{:?}", super::super::router());
        let texts = router.split('"');
        let mut routed: BTreeSet<_> = texts.filter(|text| text.starts_with("/0390/")).collect();
        assert!(routed.remove("/0390/api/openapi.json"));
        assert_eq!(routed, documented);
    }
}
