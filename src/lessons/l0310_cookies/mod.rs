//! Lesson 0310, "Cookies": what a browser keeps and sends, with every attribute to try.
//!
//! What the visitor wants becomes a line for the browser in `wish.rs`; what the browser sends is
//! read in `came.rs`. The page is in `pages.rs`, what the tasks look at in `tasks.rs`.

mod came;
mod pages;
mod tasks;
mod wish;

use crate::{
    identity::Port,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::Recording,
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::IntoResponse,
    routing::get,
};
use came::{arrived, ours};
use maud::Markup;
use pages::cookies_page;
use tasks::{Step, kept_away, lived};
use wish::Wish;

/// The choices of `Path`. Both are this lesson's own.
const TOP: &str = "/0310";
const BELOW: &str = "/0310/below";
/// The names of the remarks by which the tasks are judged.
const SENT: &str = "Set-Cookie";
const CAME: &str = "cookies of this lesson";

pub(super) const LESSON: Lesson = Lesson {
    number: 310,
    file: "0310-cookies.md",
    endpoint: TOP,
    router,
    tasks: &[
        Task {
            id: "came-back",
            done: |records| {
                lived(records, &[Step::Set, Step::Came])
                    || lived(records, &[Step::SetBriefly, Step::Came])
            },
        },
        Task {
            id: "kept-away",
            done: kept_away,
        },
        Task {
            id: "expired",
            done: |records| lived(records, &[Step::SetBriefly, Step::Came, Step::Missing]),
        },
        Task {
            id: "wrong-path",
            done: |records| lived(records, &[Step::DeletedElsewhere, Step::Came]),
        },
        Task {
            id: "deleted",
            done: |records| lived(records, &[Step::Came, Step::Deleted, Step::Missing]),
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(TOP, get(look).post(answer))
        .route(BELOW, get(look))
}

async fn look(
    State(sandbox): State<Sandbox>,
    uri: Uri,
    headers: HeaderMap,
    recording: Recording,
) -> Markup {
    let names = &sandbox.identity.names;
    let arrived = arrived(&headers);
    recording.note(CAME, &ours(&arrived, names));
    cookies_page(uri.path(), &arrived, None, names)
}

// ANCHOR: answer
async fn answer(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    recording: Recording,
    form: Bytes,
) -> impl IntoResponse {
    let names = &sandbox.identity.names;
    let line = Wish::from_form(&form).line(&demo_name(names.port));
    recording.note(SENT, &line);
    // What came with this request. The cookie that the answer sets cannot be among it.
    let arrived = arrived(&headers);
    let markup = cookies_page(TOP, &arrived, Some(&line), names);
    ([(header::SET_COOKIE, line)], markup)
}
// ANCHOR_END: answer

/// The one name under which this lesson sets cookies.
fn demo_name(port: Port) -> String {
    format!("s{port}Demo")
}

/// Both cookies have the same name; the value tells which of them came.
fn value_for(path: &str) -> &'static str {
    if path == BELOW { "deep" } else { "wide" }
}
