//! Wrong: whatever article a form names is put into the cart.

use crate::solutions::e0345_cart::{self as right, MOST, Order, order_by, quantity};
use axum::{
    Form, Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(right::show))
        .route("/0345/items", post(add))
        .route("/0345/items/{article}", post(right::change))
}

async fn add(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    Form(order): Form<Order>,
) -> Result<Response, HttpError> {
    order_by(&sandbox, &visitor, |cart| {
        let more = quantity(&order.quantity, 1..=MOST)?;
        let in_cart = cart.get(&order.article).copied().unwrap_or(0);
        cart.insert(order.article, in_cart + more);
        Ok(())
    })
    .await
}
