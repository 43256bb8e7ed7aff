//! Wrong: nothing says that a quantity is not negative, so adding -1 takes one out.

use crate::solutions::e0345_cart::{self as right, MOST, Order, known, order_by};
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
        let more: i64 = order.quantity.parse().map_err(|_| "That is no number.")?;
        let in_cart = cart.get(known(&order.article)?).copied().unwrap_or(0);
        match u8::try_from(i64::from(in_cart).saturating_add(more)) {
            Ok(sum) if sum <= MOST => cart.insert(order.article, sum),
            _ => return Err("That is too much."),
        };
        Ok(())
    })
    .await
}
