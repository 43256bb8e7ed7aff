//! A solution of exercise 0345: the cart.

use axum::{
    Form, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use serde::Deserialize;
use std::ops::RangeInclusive;
use sweatbox::{
    error::HttpError,
    sandbox::Sandbox,
    sessions::Visitor,
    workshop::shop::{CATALOGUE, Cart, cart_page},
};

/// What the visitor wants to buy.
pub const CART: &str = "0345-cart";
/// The most of one article.
pub const MOST: u8 = 99;

/// The form that adds.
#[derive(Deserialize)]
pub struct Order {
    pub article: String,
    pub quantity: String,
}

/// The form that changes.
#[derive(Deserialize)]
pub struct Change {
    pub quantity: String,
}

/// Why an order is not obeyed.
pub type Refusal = &'static str;

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0345", get(show))
        .route("/0345/items", post(add))
        .route("/0345/items/{article}", post(change))
}

pub async fn show(State(sandbox): State<Sandbox>, visitor: Visitor) -> Result<Markup, HttpError> {
    let cart: Cart = visitor.get(CART).await?.unwrap_or_default();
    Ok(page_of(&sandbox, &cart, None))
}

pub async fn add(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    Form(order): Form<Order>,
) -> Result<Response, HttpError> {
    order_by(&sandbox, &visitor, |cart| {
        let more = quantity(&order.quantity, 1..=MOST)?;
        let in_cart = cart.get(known(&order.article)?).copied().unwrap_or(0);
        if in_cart + more > MOST {
            return Err("There is no more than 99 of an article for one visitor.");
        }
        cart.insert(order.article, in_cart + more);
        Ok(())
    })
    .await
}

pub async fn change(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    Path(article): Path<String>,
    Form(change): Form<Change>,
) -> Result<Response, HttpError> {
    order_by(&sandbox, &visitor, |cart| {
        known(&article)?;
        match quantity(&change.quantity, 0..=MOST)? {
            0 => cart.remove(&article),
            quantity => cart.insert(article, quantity),
        };
        Ok(())
    })
    .await
}

/// Changes the cart as it is now, or says why not and leaves it alone.
pub async fn order_by(
    sandbox: &Sandbox,
    visitor: &Visitor,
    change: impl FnOnce(&mut Cart) -> Result<(), Refusal>,
) -> Result<Response, HttpError> {
    if let Some(session) = visitor.lock().await? {
        let mut cart: Cart = session.get(CART).await?.unwrap_or_default();
        if let Err(refusal) = change(&mut cart) {
            let page = page_of(sandbox, &cart, Some(refusal));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        session.insert(CART, &cart).await?;
    }
    Ok(Redirect::to("/0345").into_response())
}

pub fn quantity(text: &str, allowed: RangeInclusive<u8>) -> Result<u8, Refusal> {
    let number = text.trim().parse::<u8>().ok();
    let number = number.filter(|number| allowed.contains(number));
    number.ok_or("A quantity is a whole number from 1 to 99; 0 takes an article out.")
}

/// `article`, if the shop sells it.
pub fn known(article: &str) -> Result<&str, Refusal> {
    let sold = CATALOGUE.iter().any(|sold| sold.id == article);
    sold.then_some(article)
        .ok_or("The shop does not sell that.")
}

pub fn page_of(sandbox: &Sandbox, cart: &Cart, refusal: Option<Refusal>) -> Markup {
    let port = sandbox.identity.names.port.number();
    cart_page(port, cart, total(cart), refusal)
}

fn total(cart: &Cart) -> u64 {
    let quantity = |id: &str| u64::from(cart.get(id).copied().unwrap_or(0));
    let costs = CATALOGUE
        .iter()
        .map(|article| article.cents * quantity(article.id));
    costs.sum()
}
