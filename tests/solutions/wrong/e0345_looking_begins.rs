//! Wrong: whoever looks gets an empty cart of his or her own, and a session with it.

use crate::solutions::e0345_cart::{self as right, CART};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use maud::Markup;
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor, workshop::shop::Cart};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(show))
        .route("/0345/items", post(right::add))
        .route("/0345/items/{article}", post(right::change))
}

async fn show(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let mut cart = Cart::new();
    if let Some(session) = visitor.lock().await? {
        cart = session.get(CART).await?.unwrap_or_default();
        session.insert(CART, &cart).await?;
    }
    Ok(right::page_of(&sandbox, &cart, None))
}
