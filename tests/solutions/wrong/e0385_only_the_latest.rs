//! Wrong: a second ticket takes the place of the first.

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
    print_ticket(order.is_slow()).await;
    let Some(session) = visitor.lock().await? else {
        return Ok(back());
    };
    match take(&desk) {
        None => Ok(sold_out(&sandbox, &[])),
        Some(ticket) => {
            session.insert(TICKETS, [ticket]).await?;
            Ok(back())
        }
    }
}
