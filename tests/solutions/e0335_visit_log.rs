//! A solution of exercise 0335: the visit log.

use axum::{
    Router,
    extract::State,
    http::Method,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use sweatbox::{error::HttpError, page::page, sandbox::Sandbox, sessions::Visitor};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The times of the visits, the newest first.
pub const VISITS: &str = "0335-visits";
/// The longest log.
pub const MOST: usize = 10;

pub fn router() -> Router<Sandbox> {
    Router::new()
        .route("/0335", get(visit))
        .route("/0335/clear", post(clear))
}

pub async fn visit(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    method: Method,
) -> Result<Markup, HttpError> {
    let visits = if method == Method::HEAD {
        visitor.get(VISITS).await?.unwrap_or_default()
    } else {
        logged(&visitor, sandbox.clock.now()).await?
    };
    Ok(log_page(&sandbox, &visits))
}

async fn logged(visitor: &Visitor, now: OffsetDateTime) -> Result<Vec<String>, HttpError> {
    // Under the lock and read afresh, so that visits of two tabs are both in the log.
    let Some(session) = visitor.lock().await? else {
        return Ok(Vec::new());
    };
    let mut visits: Vec<String> = session.get(VISITS).await?.unwrap_or_default();
    visits.insert(0, timestamp(now)?);
    visits.truncate(MOST);
    session.insert(VISITS, &visits).await?;
    Ok(visits)
}

pub async fn clear(visitor: Visitor) -> Result<Redirect, HttpError> {
    if let Some(session) = visitor.lock().await? {
        session.remove_value(VISITS).await?;
    }
    Ok(Redirect::to("/0335"))
}

/// `now` in UTC, to the second.
pub fn timestamp(now: OffsetDateTime) -> Result<String, HttpError> {
    let now = now.truncate_to_second().format(&Rfc3339);
    now.map_err(HttpError::internal)
}

pub fn log_page(sandbox: &Sandbox, visits: &[String]) -> Markup {
    let main = html! {
        h1 { "Your visits" }
        div.card {
            ol {
                @for time in visits {
                    li { time datetime=(time) { (time) } }
                }
            }
            form method="post" action="/0335/clear" {
                button { "Clear the log" }
            }
        }
    };
    page(sandbox.identity.names.port.number(), "Your visits", &main)
}
