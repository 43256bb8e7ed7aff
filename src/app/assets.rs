//! The style sheet, the scripts and the icon.

use crate::{error::HttpError, page::ASSETS};
use axum::{
    extract::{Path, RawQuery},
    http::header,
    response::{IntoResponse, Response},
};

/// An address that carries a hash of the content: what was fetched once stays right for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A module is imported by its bare name, which stays when the content changes.
const ASK_AGAIN: &str = "no-cache";

pub(super) async fn asset(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, HttpError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or(HttpError::NotFound)?;
    let current = query.is_some_and(|query| query == asset.query());
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (
            header::CACHE_CONTROL,
            if current { FOR_EVER } else { ASK_AGAIN },
        ),
    ];
    Ok((headers, asset.text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::STYLE;

    async fn cache(query: Option<String>) -> String {
        let answer = asset(Path(STYLE.name.into()), RawQuery(query)).await;
        let answer = answer.unwrap();
        answer.headers()[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .into()
    }

    #[tokio::test]
    async fn only_an_address_with_the_hash_of_the_content_is_kept_for_ever() {
        assert_eq!(cache(Some(STYLE.query().into())).await, FOR_EVER);
        assert_eq!(cache(Some("v=older".into())).await, ASK_AGAIN);
        assert_eq!(cache(None).await, ASK_AGAIN);
    }
}
