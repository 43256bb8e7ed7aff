//! Wrong: the cart is the program's and not the visitor's.

use crate::solutions::e0345_cart::{self as right, MOST, Order, known, quantity};
use axum::{
    Form, Router,
    extract::State,
    response::Redirect,
    routing::{get, post},
};
use maud::Markup;
use std::sync::Mutex;
use sweatbox::{error::HttpError, sandbox::Sandbox, workshop::shop::Cart};

static CART: Mutex<Cart> = Mutex::new(Cart::new());

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(show))
        .route("/0345/items", post(add))
        .route("/0345/items/{article}", post(right::change))
}

async fn show(State(sandbox): State<Sandbox>) -> Markup {
    right::page_of(&sandbox, &CART.lock().unwrap(), None)
}

async fn add(Form(order): Form<Order>) -> Result<Redirect, HttpError> {
    let invalid = |refusal: &str| HttpError::Invalid(refusal.into());
    let more = quantity(&order.quantity, 1..=MOST).map_err(invalid)?;
    known(&order.article).map_err(invalid)?;
    *CART.lock().unwrap().entry(order.article).or_default() += more;
    Ok(Redirect::to("/0345"))
}
