//! The style sheet, the script and the icon.

use crate::{
    error::HttpError,
    page::{Asset, ICON, L0320_SCRIPT, SCRIPT, STYLE},
};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

/// The address carries a hash of the content, so what was fetched once stays right for ever.
const CACHE: &str = "public, max-age=31536000, immutable";

pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, HttpError> {
    let assets: [&'static Asset; 4] = [&STYLE, &SCRIPT, &L0320_SCRIPT, &ICON];
    let asset = assets.into_iter().find(|asset| asset.name == name);
    let asset = asset.ok_or(HttpError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, CACHE),
    ];
    Ok((headers, asset.text).into_response())
}
