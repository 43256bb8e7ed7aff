//! Wrong: there is only a look at the stock before the printing, and none after it.

use crate::solutions::e0385_ticket_desk::{Order, TICKETS, back, sold_out, with_buy};
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
    let seen = *desk.stock();
    print_ticket(order.is_slow()).await;
    let Some(session) = visitor.lock().await? else {
        return Ok(back());
    };
    let mut tickets: Vec<String> = session.get(TICKETS).await?.unwrap_or_default();
    if seen.left() == 0 {
        return Ok(sold_out(&sandbox, &tickets));
    }
    let ticket = {
        let mut stock = desk.stock();
        let ticket = stock.next_ticket();
        stock.sold += 1;
        ticket
    };
    tickets.push(ticket);
    session.insert(TICKETS, &tickets).await?;
    Ok(back())
}
