//! Lesson 0330, "A session that counts": every visit appends a number to a list.
//!
//! The list stays on the server, in the session's record. The browser keeps nothing but the id
//! of that record, in its cookie.

use crate::{
    error::HttpError,
    page::page,
    sandbox::{Lesson, Sandbox},
    sessions::Visitor,
    walkthrough::Task,
    xray::Record,
};
use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};
use serde_json::{Value, json};

/// The one value that this lesson keeps in the session: a list of numbers.
const NUMBERS: &str = "numbers";
/// The longest list.
const MOST: usize = 20;
/// The largest number that a visitor may type.
const LARGEST: u64 = 999_999;

/// "Visit again". The query means nothing to the handler; it tells a learner's click from the
/// visit that is made when the lesson opens.
const AGAIN: &str = "/0330?visit=again";
/// "Only look".
const LOOK: &str = "/0330?look=1";

pub(super) const LESSON: Lesson = Lesson {
    number: 330,
    file: "0330-a-session-that-counts.md",
    endpoint: "/0330",
    router,
    tasks: &[
        Task {
            id: "list-begins",
            done: |records| records.iter().any(|record| begins_the_list(record)),
        },
        Task {
            id: "same-id",
            done: |records| records.iter().filter(|record| goes_on(record)).count() >= 2,
        },
        Task {
            id: "only-look",
            done: |records| records.iter().any(|record| only_looks(record)),
        },
        Task {
            id: "your-own",
            done: |records| records.iter().any(|record| adds_a_third(record)),
        },
        Task {
            id: "no-number",
            done: |records| records.iter().any(|record| loses_nothing(record)),
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new().route("/0330", get(visit).post(change))
}

// ANCHOR: visit
async fn visit(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    method: Method,
    RawQuery(query): RawQuery,
) -> Result<Markup, HttpError> {
    let look = field(query.unwrap_or_default().as_bytes(), "look");
    // A HEAD request asks what a page is like; it must not change it (RFC 9110, 9.2.1).
    let numbers = if look.is_some() || method == Method::HEAD {
        stored(&visitor).await?
    } else {
        append(&visitor, None).await?
    };
    Ok(numbers_page(&sandbox, &visitor, &numbers, Ok(look)))
}
// ANCHOR_END: visit

// ANCHOR: change
async fn change(
    State(sandbox): State<Sandbox>,
    visitor: Visitor,
    form: Bytes,
) -> Result<Response, HttpError> {
    if field(&form, "forget").is_some() {
        forget(&visitor).await?;
        return Ok(Redirect::to("/0330?look=forgotten").into_response());
    }
    match whole_number(&field(&form, "number").unwrap_or_default()) {
        Ok(number) => append(&visitor, Some(number)).await?,
        Err(problem) => {
            let numbers = stored(&visitor).await?;
            let page = numbers_page(&sandbox, &visitor, &numbers, Err(problem));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    // To a page that only looks: whoever reloads that one does not append a second time.
    Ok(Redirect::to("/0330?look=appended").into_response())
}
// ANCHOR_END: change

async fn stored(visitor: &Visitor) -> Result<Vec<u64>, HttpError> {
    Ok(visitor.get(NUMBERS).await?.unwrap_or_default())
}

// ANCHOR: append
async fn append(visitor: &Visitor, number: Option<u64>) -> Result<Vec<u64>, HttpError> {
    // Under the lock and read afresh: two visits at once append two numbers.
    let Some(session) = visitor.lock().await? else {
        // The session has ended since the request came: nothing may be written any more.
        return Ok(Vec::new());
    };
    let numbers: Option<Vec<u64>> = session.get(NUMBERS).await?;
    let numbers = appended(numbers.unwrap_or_default(), number);
    // Not in the store yet: that happens after the handler, and then the lock is released.
    session.insert(NUMBERS, &numbers).await?;
    Ok(numbers)
}
// ANCHOR_END: append

// ANCHOR: forget
async fn forget(visitor: &Visitor) -> Result<(), HttpError> {
    if visitor.has_session()
        && let Some(session) = visitor.lock().await?
    {
        // The record goes, and the answer tells the browser to drop its cookie.
        session.flush().await?;
    }
    Ok(())
}
// ANCHOR_END: forget

/// The list with one more at its end: `number`, or else one more than the last.
fn appended(mut numbers: Vec<u64>, number: Option<u64>) -> Vec<u64> {
    let next = numbers.last().map_or(1, |last| last.saturating_add(1));
    numbers.push(number.unwrap_or(next));
    // Each request reads and writes the whole record, so it must stay small: the oldest go.
    let too_many = numbers.len().saturating_sub(MOST);
    numbers.split_off(too_many)
}

/// The number that was typed, or what to tell the visitor.
fn whole_number(typed: &str) -> Result<u64, String> {
    let number = typed.trim().parse().ok();
    number.filter(|number| *number <= LARGEST).ok_or_else(|| {
        let typed: String = typed.chars().take(40).collect();
        format!("“{typed}” is not a whole number from 0 to {LARGEST}. Nothing was changed.")
    })
}

/// The first value of `name` in a query or a form; both are written alike.
fn field(form: &[u8], name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(form);
    let found = fields.find(|(other, _)| other == name);
    found.map(|(_, value)| value.into_owned())
}

/// `came`: what the address says has just been done, or what went wrong.
fn numbers_page(
    sandbox: &Sandbox,
    visitor: &Visitor,
    numbers: &[u64],
    came: Result<Option<String>, String>,
) -> Markup {
    let list: Vec<_> = numbers.iter().map(u64::to_string).collect();
    let main = html! {
        h1 { "A session that counts" }
        div.card {
            @match came.as_ref().map(|look| look.as_deref()) {
                Err(problem) => p.problem #problem { (problem) },
                Ok(Some("appended")) => p { "Your number was appended." },
                Ok(Some("forgotten")) => p { "Your session was ended, and its cookie removed." },
                Ok(_) => {},
            }
            p.wait { "Your numbers: " @if list.is_empty() { "none" } (list.join(", ")) }
            ul.choices {
                li { a.main href=(AGAIN) { "Visit again" } }
                li { a href=(LOOK) { "Only look" } }
            }
            (forms(came.is_err()))
            h2 { "What the server has" }
            (on_the_server(sandbox, visitor, numbers))
        }
    };
    let port = sandbox.identity.names.port.number();
    page(port, "A session that counts", &main)
}

fn forms(wrong: bool) -> Markup {
    html! {
        form.line method="post" action="/0330" {
            label for="number" { "A number of your own, from 0 to " (LARGEST) }
            input #number name="number" inputmode="numeric" autocomplete="off"
                aria-invalid=[wrong.then_some("true")]
                aria-describedby=[wrong.then_some("problem")];
            button { "Append it" }
        }
        form.line method="post" action="/0330" {
            button name="forget" value="1" { "Forget me" }
        }
    }
}

fn on_the_server(sandbox: &Sandbox, visitor: &Visitor, numbers: &[u64]) -> Markup {
    let cookie = &sandbox.identity.names.cookie;
    html! {
        ul {
            @match visitor.masked_id() {
                Some(id) => li { "The id that your cookie " code { (cookie) } " brought: " code { (id) } },
                None if numbers.is_empty() => li { "You came without an id, and you got none." },
                None => li { "You came without an id. Your first one comes with this page." },
            }
            @if !numbers.is_empty() {
                li { "Kept under that id: " code { (json!({ NUMBERS: numbers })) } }
            }
        }
    }
}

/// The list as this request found it, and as it left it.
fn lists(record: &Record) -> (Vec<Value>, Vec<Value>) {
    let list = |data: Value| data[NUMBERS].as_array().cloned().unwrap_or_default();
    let (before, after) = record.data();
    (list(before), list(after))
}

fn begins_the_list(record: &Record) -> bool {
    let (before, after) = lists(record);
    record.path == AGAIN && before.is_empty() && after.len() == 1
}

fn goes_on(record: &Record) -> bool {
    let (before, after) = lists(record);
    record.path == AGAIN && !before.is_empty() && before != after
}

fn only_looks(record: &Record) -> bool {
    let (before, _) = lists(record);
    record.path == LOOK && !before.is_empty() && !record.set_cookie()
}

fn adds_a_third(record: &Record) -> bool {
    let (before, after) = lists(record);
    record.path == "/0330" && record.status == 303 && before != after && after.len() >= 3
}

fn loses_nothing(record: &Record) -> bool {
    let (_, after) = lists(record);
    record.path == "/0330" && record.status == 422 && !after.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xray::{Recording, What};
    use time::OffsetDateTime;

    #[test]
    fn each_visit_appends_one_more_than_the_last_number() {
        assert_eq!(appended(vec![], None), [1]);
        assert_eq!(appended(vec![1], Some(42)), [1, 42]);
        assert_eq!(appended(vec![1, 42], None), [1, 42, 43]);
    }

    #[test]
    fn of_more_than_twenty_numbers_the_oldest_go() {
        assert_eq!(appended((1..=20).collect(), None)[..2], [2, 3]);
        assert_eq!(appended((1..=20).collect(), None).len(), 20);
    }

    #[test]
    fn only_whole_numbers_within_the_limits_count() {
        assert_eq!(whole_number(" 7 "), Ok(7));
        assert_eq!(whole_number("999999"), Ok(999_999));
        for typed in ["", "seven", "-1", "1.5", "1e3", "1000000", "99999999999999"] {
            assert!(whole_number(typed).is_err(), "{typed}");
        }
        assert!(whole_number(&"9".repeat(9999)).unwrap_err().len() < 200);
    }

    #[test]
    fn the_list_begins_by_a_click_and_not_by_opening_the_lesson() {
        let record = |path| {
            let recording = Recording::begin(1, OffsetDateTime::UNIX_EPOCH, "GET", path);
            let stored = json!({ "created": 1, "data": { NUMBERS: [1] } }).to_string();
            recording.data(What::After, stored.as_bytes());
            recording.finished(200).unwrap()
        };
        assert!(begins_the_list(&record(AGAIN)));
        assert!(!begins_the_list(&record("/0330")));
    }
}
