//! Wrong: the list that is saved under the lock was read before the printing.

use crate::solutions::e0385_ticket_desk::{Order, TICKETS, back, sold_out, take, with_buy};
use axum::{Extension, Form, Router, extract::State, response::Response, routing::post};
use sweatbox::{
    error::HttpError,
    sandbox::Sandbox,
    sessions::Visitor,
    workshop::desk::{Desk, print_ticket},
};

pub fn router() -> Router<Sandbox> {
    with_buy(Router::new().route("/0385/buy", post(buy)))
}

async fn buy(
    State(sandbox): State<Sandbox>,
    Extension(desk): Extension<Desk>,
    visitor: Visitor,
    Form(order): Form<Order>,
) -> Result<Response, HttpError> {
    let mut tickets: Vec<String> = visitor.get(TICKETS).await?.unwrap_or_default();
    print_ticket(order.is_slow()).await;
    let Some(session) = visitor.lock().await? else {
        return Ok(back());
    };
    let Some(ticket) = take(&desk) else {
        return Ok(sold_out(&sandbox, &tickets));
    };
    tickets.push(ticket);
    session.insert(TICKETS, &tickets).await?;
    Ok(back())
}
