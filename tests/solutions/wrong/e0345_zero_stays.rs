//! Wrong: an article of which 0 are left stays in the cart.

use crate::solutions::e0345_cart::{self as right, Change, MOST, known, order_by, quantity};
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use sweatbox::{error::HttpError, sandbox::Sandbox, sessions::Visitor};

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(right::show))
        .route("/0345/items", post(right::add))
        .route("/0345/items/{article}", post(change))
}

async fn change(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    Path(article): Path<String>,
    Form(change): Form<Change>,
) -> Result<Response, HttpError> {
    order_by(&sandbox, &visitor, |cart| {
        let quantity = quantity(&change.quantity, 0..=MOST)?;
        known(&article)?;
        cart.insert(article, quantity);
        Ok(())
    })
    .await
}
