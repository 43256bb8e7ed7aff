//! Exercise 0385, "Your turn: the ticket desk". This file is yours to edit.
//!
//! It is written already, and it works as long as nobody hurries: two things in it go wrong when
//! several buy at once. The walkthrough at /lessons/0385 says what it has to do, and `sweatbox
//! check --lesson 0385` how far it is. The stock, the printer and the page: `src/workshop/desk.rs`.

use axum::{
    Extension, Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use sweatbox::{
    error::HttpError,
    sandbox::{Lesson, Sandbox},
    sessions::Visitor,
    walkthrough::Task,
    workshop::{
        desk::{Desk, Stock, desk_page, print_ticket},
        not_yet,
    },
    xray::Record,
};

/// Turn this into `true` when you begin: it opens the desk, with all that is wrong in it.
const OPEN: bool = false;

/// The one value that this exercise keeps in the session: the visitor's tickets, as a list of
/// texts. The tasks look for it under this key.
const TICKETS: &str = "0385-tickets";

fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0385", get(show))
        .route("/0385/buy", post(buy))
        .route("/0385/evening", post(begin_evening))
        .layer(Extension(Desk::default()))
}

/// `GET /0385`: shows what is left, and the visitor's tickets. Nothing is wrong here.
async fn show(
    State(sandbox): State<Sandbox>,
    Extension(desk): Extension<Desk>,
    visitor: Visitor,
) -> Result<Markup, HttpError> {
    if_open()?;
    let tickets: Vec<String> = visitor.get(TICKETS).await?.unwrap_or_default();
    let left = desk.stock().left();
    let port = sandbox.identity.names.port.number();
    Ok(desk_page(port, left, &tickets, None))
}

/// The form that buys.
#[derive(Deserialize)]
struct Order {
    /// `slow` for the slow printer.
    printer: Option<String>,
}

/// `POST /0385/buy`: sells a ticket, and puts it into the visitor's session. Yours to mend.
async fn buy(
    State(sandbox): State<Sandbox>,
    Extension(desk): Extension<Desk>,
    visitor: Visitor,
    Form(order): Form<Order>,
) -> Result<Response, HttpError> {
    if_open()?;
    let mut tickets: Vec<String> = visitor.get(TICKETS).await?.unwrap_or_default();
    // Looks at the stock, and gives it back at once: `*` makes a copy.
    let stock: Stock = *desk.stock();
    if stock.left() == 0 {
        let port = sandbox.identity.names.port.number();
        let page = desk_page(port, 0, &tickets, Some("Sold out."));
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let ticket = stock.next_ticket();
    // While the printer is at work, others buy as well.
    print_ticket(order.printer.as_deref() == Some("slow")).await;
    *desk.stock() = Stock {
        sold: stock.sold + 1,
        ..stock
    };
    tickets.push(ticket);
    if let Some(session) = visitor.lock().await? {
        session.insert(TICKETS, &tickets).await?;
    }
    Ok(Redirect::to("/0385").into_response())
}

/// The form that begins another evening.
#[derive(Deserialize)]
struct Evening {
    tickets: u32,
}

/// `POST /0385/evening`: so many new tickets, from 1 to 100. Nothing is wrong here.
async fn begin_evening(
    Extension(desk): Extension<Desk>,
    Form(evening): Form<Evening>,
) -> Result<Redirect, HttpError> {
    if_open()?;
    if !(1..=100).contains(&evening.tickets) {
        let sentence = "An evening has from 1 to 100 tickets.";
        return Err(HttpError::Invalid(sentence.into()));
    }
    let mut stock = desk.stock();
    *stock = Stock {
        evening: stock.evening.saturating_add(1),
        size: evening.tickets,
        sold: 0,
    };
    Ok(Redirect::to("/0385"))
}

fn if_open() -> Result<(), HttpError> {
    if OPEN { Ok(()) } else { Err(not_yet(file!())) }
}

// From here on nothing is to be written: this is how the lesson's page sees what you did.

pub(super) const EXERCISE: Lesson = Lesson {
    number: 385,
    file: "0385-your-turn-the-ticket-desk.md",
    endpoint: "/0385",
    router,
    tasks: &[
        Task {
            id: "bought",
            done: |records| records.iter().any(|record| buys(record)),
        },
        Task {
            id: "sold-out",
            done: |records| records.iter().any(|record| is_refused(record)),
        },
        Task {
            id: "two-tabs",
            done: |records| two_overlap_and_both_are_kept(records),
        },
    ],
};

fn buys(record: &Record) -> bool {
    let (before, after) = record.data();
    is_order(record) && tickets(&after).len() == tickets(&before).len() + 1
}

fn is_refused(record: &Record) -> bool {
    let (before, after) = record.data();
    is_order(record) && record.status == 409 && before[TICKETS] == after[TICKETS]
}

fn two_overlap_and_both_are_kept(records: &[Arc<Record>]) -> bool {
    let orders = || records.iter().filter(|record| buys(record));
    let both = |one: &Record, other: &Record| {
        // The second one to save has found what the first one has saved.
        let ((_, first), (second, _)) = (one.data(), other.data());
        overlap(one, other) && tickets(&first) == tickets(&second)
    };
    orders().any(|one| orders().any(|other| both(one, other)))
}

fn overlap(one: &Record, other: &Record) -> bool {
    one.began < other.began + other.took && other.began < one.began + one.took
}

fn is_order(record: &Record) -> bool {
    record.method == "POST" && record.path_only() == "/0385/buy"
}

fn tickets(data: &Value) -> &[Value] {
    let tickets = data[TICKETS].as_array();
    tickets.map(Vec::as_slice).unwrap_or_default()
}
