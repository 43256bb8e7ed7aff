//! A solution of exercise 0385: the ticket desk.

use axum::{
    Extension, Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use serde::Deserialize;
use sweatbox::{
    error::HttpError,
    sandbox::Sandbox,
    sessions::Visitor,
    workshop::desk::{Desk, Stock, desk_page, print_ticket},
};

/// The visitor's tickets.
pub const TICKETS: &str = "0385-tickets";

/// The form that buys.
#[derive(Deserialize)]
pub struct Order {
    pub printer: Option<String>,
}

/// The form that begins another evening.
#[derive(Deserialize)]
pub struct Evening {
    pub tickets: u32,
}

pub fn router() -> Router<Sandbox> {
    with_buy(Router::new().route("/0385/buy", post(buy)))
}

/// All routes around the one that sells.
pub fn with_buy(buy: Router<Sandbox>) -> Router<Sandbox> {
    buy.route("/0385", get(show))
        .route("/0385/evening", post(begin_evening))
        .layer(Extension(Desk::default()))
}

async fn buy(
    State(sandbox): State<Sandbox>,
    Extension(desk): Extension<Desk>,
    visitor: Visitor,
    Form(order): Form<Order>,
) -> Result<Response, HttpError> {
    // What is slow comes first, while nothing is held.
    print_ticket(order.is_slow()).await;
    let Some(session) = visitor.lock().await? else {
        return Ok(back());
    };
    let mut tickets: Vec<String> = session.get(TICKETS).await?.unwrap_or_default();
    match take(&desk) {
        None => Ok(sold_out(&sandbox, &tickets)),
        Some(ticket) => {
            tickets.push(ticket);
            session.insert(TICKETS, &tickets).await?;
            Ok(back())
        }
    }
}

/// Looks and sells in one go: the stock is held from the one to the other.
pub fn take(desk: &Desk) -> Option<String> {
    let mut stock = desk.stock();
    if stock.left() == 0 {
        return None;
    }
    let ticket = stock.next_ticket();
    stock.sold += 1;
    Some(ticket)
}

async fn show(
    State(sandbox): State<Sandbox>,
    Extension(desk): Extension<Desk>,
    visitor: Visitor,
) -> Result<Markup, HttpError> {
    let tickets: Vec<String> = visitor.get(TICKETS).await?.unwrap_or_default();
    Ok(page_of(&sandbox, desk.stock().left(), &tickets, None))
}

async fn begin_evening(
    Extension(desk): Extension<Desk>,
    Form(evening): Form<Evening>,
) -> Result<Redirect, HttpError> {
    if !(1..=100).contains(&evening.tickets) {
        let sentence = "An evening has from 1 to 100 tickets.";
        return Err(HttpError::Invalid(sentence.into()));
    }
    let mut stock = desk.stock();
    *stock = Stock {
        evening: stock.evening + 1,
        size: evening.tickets,
        sold: 0,
    };
    Ok(Redirect::to("/0385"))
}

impl Order {
    pub fn is_slow(&self) -> bool {
        self.printer.as_deref() == Some("slow")
    }
}

pub fn back() -> Response {
    Redirect::to("/0385").into_response()
}

pub fn sold_out(sandbox: &Sandbox, tickets: &[String]) -> Response {
    let page = page_of(sandbox, 0, tickets, Some("Sold out."));
    (StatusCode::CONFLICT, page).into_response()
}

fn page_of(sandbox: &Sandbox, left: u32, tickets: &[String], refused: Option<&str>) -> Markup {
    let port = sandbox.identity.names.port.number();
    desk_page(port, left, tickets, refused)
}
