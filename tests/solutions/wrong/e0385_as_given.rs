//! Wrong: the desk as it is given, with both its mistakes.

use crate::solutions::e0385_ticket_desk::{Order, TICKETS, back, sold_out, with_buy};
use axum::{Extension, Form, Router, extract::State, response::Response, routing::post};
use sweatbox::{
    error::HttpError,
    sandbox::Sandbox,
    sessions::Visitor,
    workshop::desk::{Desk, Stock, print_ticket},
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
    let stock = *desk.stock();
    if stock.left() == 0 {
        return Ok(sold_out(&sandbox, &tickets));
    }
    print_ticket(order.is_slow()).await;
    let sold = stock.sold + 1;
    *desk.stock() = Stock { sold, ..stock };
    tickets.push(stock.next_ticket());
    if let Some(session) = visitor.lock().await? {
        session.insert(TICKETS, &tickets).await?;
    }
    Ok(back())
}
