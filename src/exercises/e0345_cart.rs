//! Exercise 0345, "Your turn: a cart". This file is yours to edit.
//!
//! The walkthrough at /lessons/0345 says what it has to do, and `sweatbox check --lesson 0345`
//! how far it is. What the shop sells and how it draws a cart: `src/workshop/shop.rs`.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use maud::Markup;
use serde_json::{Map, Value};
use sweatbox::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    workshop::not_yet,
    xray::Record,
};

/// The one value that this exercise keeps in the session: a `shop::Cart`. The tasks look for it
/// under this key.
const CART: &str = "0345-cart";

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(show))
        .route("/0345/items", post(add))
        .route("/0345/items/{article}", post(change))
}

/// `GET /0345`: shows the cart.
async fn show() -> Result<Markup, HttpError> {
    // Yours to write. Take `State(sandbox): State<Sandbox>` and `visitor: Visitor` as arguments,
    // read the cart, add up what it costs, and have `shop::cart_page` draw it.
    Err(not_yet(file!()))
}

/// `POST /0345/items`: puts so many of an article into the cart, besides those in it.
async fn add() -> Result<Response, HttpError> {
    // Yours to write. `Form(order): Form<Order>`, the last argument, reads the form into a
    // struct `Order` of yours that derives `serde::Deserialize`.
    Err(not_yet(file!()))
}

/// `POST /0345/items/ARTICLE`: sets how many of it are in the cart; 0 takes it out.
async fn change() -> Result<Response, HttpError> {
    // Yours to write. `Path(article): Path<String>` is the last part of the address.
    Err(not_yet(file!()))
}

// From here on nothing is to be written: this is how the lesson's page sees what you did.

pub(super) const EXERCISE: Lesson = Lesson {
    number: 345,
    file: "0345-your-turn-a-cart.md",
    endpoint: "/0345",
    router,
    tasks: &[
        Task {
            id: "two-articles",
            done: |records| records.iter().any(|record| holds_two_articles(record)),
        },
        Task {
            id: "refused",
            done: |records| records.iter().any(|record| refuses(record)),
        },
        Task {
            id: "taken-out",
            done: |records| records.iter().any(|record| takes_one_out(record)),
        },
    ],
};

fn holds_two_articles(record: &Record) -> bool {
    let (_, after) = carts(record);
    record.path_only() == "/0345" && record.status == 200 && after.len() >= 2
}

fn refuses(record: &Record) -> bool {
    let (before, after) = carts(record);
    let unchanged = !before.is_empty() && before == after;
    is_order(record) && record.status == 422 && unchanged
}

fn takes_one_out(record: &Record) -> bool {
    let (before, after) = carts(record);
    is_order(record) && before.keys().any(|article| !after.contains_key(article))
}

fn is_order(record: &Record) -> bool {
    record.method == "POST" && record.path_only().starts_with("/0345/items")
}

/// The cart as this request found it, and as it left it.
fn carts(record: &Record) -> (Map<String, Value>, Map<String, Value>) {
    let cart = |data: Value| data[CART].as_object().cloned().unwrap_or_default();
    let (before, after) = record.data();
    (cart(before), cart(after))
}
