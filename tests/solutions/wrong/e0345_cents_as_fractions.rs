//! Wrong: prices are fractions of a whole coin, and no binary fraction is 0.29.

use crate::solutions::e0345_cart::{self as right, CART};
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use maud::Markup;
use sweatbox::{
    error::HttpError,
    sandbox::Sandbox,
    sessions::Visitor,
    workshop::shop::{CATALOGUE, Cart, cart_page},
};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(show))
        .route("/0345/items", post(right::add))
        .route("/0345/items/{article}", post(right::change))
}

async fn show(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let cart: Cart = visitor.get(CART).await?.unwrap_or_default();
    let mut total = 0.0;
    for article in &CATALOGUE {
        let quantity = cart.get(article.id).copied().unwrap_or(0);
        total += article.cents as f64 / 100.0 * f64::from(quantity);
    }
    let port = sandbox.identity.names.port.number();
    Ok(cart_page(port, &cart, (total * 100.0) as u64, None))
}
