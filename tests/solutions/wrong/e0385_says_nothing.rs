//! Wrong: whoever comes too late is answered as if there had been a ticket.

use crate::solutions::e0385_ticket_desk::{Order, TICKETS, back, take, with_buy};
use axum::{Extension, Form, Router, response::Response, routing::post};
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
    Extension(desk): Extension<Desk>,
    visitor: Visitor,
    Form(order): Form<Order>,
) -> Result<Response, HttpError> {
    print_ticket(order.is_slow()).await;
    if let Some(session) = visitor.lock().await?
        && let Some(ticket) = take(&desk)
    {
        let mut tickets: Vec<String> = session.get(TICKETS).await?.unwrap_or_default();
        tickets.push(ticket);
        session.insert(TICKETS, &tickets).await?;
    }
    Ok(back())
}
