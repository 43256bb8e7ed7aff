//! Wrong: the cart that is saved under the lock was read before it: the lost update.

use crate::solutions::e0345_cart::{self as right, CART, MOST, Order, known, quantity};
use axum::{
    Form, Router,
    response::Redirect,
    routing::{get, post},
};
use std::time::Duration;
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor, workshop::shop::Cart};
use tokio::time::sleep;

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(right::show))
        .route("/0345/items", post(add))
        .route("/0345/items/{article}", post(right::change))
}

async fn add(visitor: Visitor, Form(order): Form<Order>) -> Result<Redirect, HttpError> {
    let mut cart: Cart = visitor.get(CART).await?.unwrap_or_default();
    let invalid = |refusal: &str| HttpError::Invalid(refusal.into());
    let more = quantity(&order.quantity, 1..=MOST).map_err(invalid)?;
    let in_cart = cart.get(known(&order.article).map_err(invalid)?).copied();
    cart.insert(order.article, in_cart.unwrap_or(0) + more);
    // Asks whether it is in stock, say. Without this the update is lost only now and then.
    sleep(Duration::from_millis(50)).await;
    if let Some(session) = visitor.lock().await? {
        session.insert(CART, &cart).await?;
    }
    Ok(Redirect::to("/0345"))
}
