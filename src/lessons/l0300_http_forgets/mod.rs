//! Lesson 0300, "HTTP forgets": one page that cannot count, and one whose links carry the count.
//!
//! What the links carry, and how it is read from an address, is in `memory.rs`.

mod memory;

use crate::{
    page::page,
    sandbox::{Lesson, Sandbox},
    walkthrough::Task,
    xray::{Record, Recording},
};
use axum::{
    Router,
    extract::{RawQuery, State},
    routing::get,
};
use maud::{Markup, html};
use memory::{ANN_VISITS, MAX_NAME, Memory};
use std::sync::Arc;

/// The page that forgets.
const FORGETS: &str = "/0300";
/// The same with something behind it that only the tasks look at: a click, not a first look.
const FORGETS_AGAIN: &str = "/0300?again";
/// The page whose links remember.
const CARRIED: &str = "/0300/carried";

pub(super) const LESSON: Lesson = Lesson {
    number: 300,
    file: "0300-http-forgets.md",
    endpoint: FORGETS,
    router,
    tasks: &[
        Task {
            id: "forgotten",
            done: |records| records.iter().filter(|record| is_click(record)).count() >= 2,
        },
        Task {
            id: "carried",
            done: |records| counted_to_three(&memories(records)),
        },
        Task {
            id: "lost",
            done: |records| lost(&memories(records)),
        },
        Task {
            id: "named",
            done: |records| named(&memories(records)),
        },
        Task {
            id: "taken-over",
            done: |records| taken_over(&memories(records)),
        },
    ],
};

fn router() -> Router<Sandbox> {
    Router::new()
        .route(FORGETS, get(forget))
        .route(CARRIED, get(believe))
}

// ANCHOR: forget
async fn forget(State(sandbox): State<Sandbox>, recording: Recording) -> Markup {
    // A variable of this function: made for one request, gone with its answer.
    let mut visits = 0;
    visits += 1;
    recording.note("visits", &visits.to_string());
    forgetful_page(visits, sandbox.identity.port().number())
}
// ANCHOR_END: forget

// ANCHOR: believe
async fn believe(
    State(sandbox): State<Sandbox>,
    RawQuery(query): RawQuery,
    recording: Recording,
) -> Markup {
    // The visitor is whoever the address says. Nothing here could tell that it is not so.
    let memory = Memory::from_query(query.as_deref().unwrap_or_default());
    recording.note("visits", &memory.visits.to_string());
    recording.note("name", memory.name_or_stranger());
    believing_page(&memory, sandbox.identity.port().number())
}
// ANCHOR_END: believe

fn forgetful_page(visits: u64, port: u16) -> Markup {
    let main = html! {
        h1 { "HTTP forgets" }
        div.card {
            p.wait { "This is visit " (visits) }
            ul.choices {
                li { a.main href=(FORGETS_AGAIN) { "Visit again" } }
                li { a href=(CARRIED) { "Let the links remember" } }
            }
            p.quiet { "This page counts your visits. Or so it thinks." }
        }
    };
    page(port, "HTTP forgets", &main)
}

fn believing_page(memory: &Memory, port: u16) -> Markup {
    let next = memory.next();
    let main = html! {
        h1 { "The links remember" }
        div.card {
            p.wait { "Hello, " (memory.name_or_stranger()) ". This is visit " (memory.visits) }
            ul.choices {
                li { a.main href=(next.link()) { "Visit again" } }
                li { a href=(CARRIED) { "A link without the parameters" } }
            }
        }
        (name_form(&next))
        (links_to_pass_on(memory))
    };
    page(port, "The links remember", &main)
}

// ANCHOR: form
fn name_form(next: &Memory) -> Markup {
    html! {
        form.card.fields method="get" action=(CARRIED) {
            h2 { "Who are you?" }
            // A form puts its fields in place of the whole query, so the count must be one of
            // them. Forgotten here, it is lost with every name.
            input type="hidden" name="visits" value=(next.visits);
            label for="name" { "Your name" }
            input id="name" name="name" type="text" value=(next.name) maxlength=(MAX_NAME)
                autocomplete="off";
            button type="submit" { "Tell the page" }
        }
    }
}
// ANCHOR_END: form

fn links_to_pass_on(memory: &Memory) -> Markup {
    html! {
        div.card {
            h2 { "Links to pass on" }
            p { "This visit: " a href=(memory.link()) { (memory.link()) } }
            p {
                "Ann liked this page and posted its address in the class chat: "
                a href=(Memory::of_ann().link()) { (Memory::of_ann().link()) }
            }
        }
    }
}

/// The link was followed: the lesson's own page opens the address without the query.
fn is_click(record: &Record) -> bool {
    record.method == "GET" && record.path == FORGETS_AGAIN
}

/// What the learner's addresses said, one after the other.
fn memories(records: &[Arc<Record>]) -> Vec<Memory> {
    let visits = records.iter();
    let visits = visits.filter(|record| record.method == "GET" && record.path_only() == CARRIED);
    let queries = visits.map(|record| record.path.split_once('?').unwrap_or_default().1);
    queries.map(Memory::from_query).collect()
}

fn counted_to_three(memories: &[Memory]) -> bool {
    let mut rest = memories.iter();
    [1, 2, 3].iter().all(|n| rest.any(|m| m.visits == *n))
}

fn lost(memories: &[Memory]) -> bool {
    let mut rest = memories.iter();
    rest.any(|m| m.visits > 1) && rest.any(|m| m.visits == 1)
}

/// The learner's own name went along to a further visit.
fn named(memories: &[Memory]) -> bool {
    let own = |m: &Memory| !m.name.is_empty() && m.visits < ANN_VISITS;
    let mut told = memories.iter().enumerate().filter(|(_, m)| own(m));
    told.any(|(at, m)| memories[at..].contains(&m.next()))
}

fn taken_over(memories: &[Memory]) -> bool {
    let ann = Memory::of_ann();
    let mut rest = memories.iter();
    rest.any(|m| *m == ann) && rest.any(|m| *m == ann.next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    fn visit(path: &str) -> Arc<Record> {
        let began = OffsetDateTime::UNIX_EPOCH;
        let recording = Recording::begin(1, began, "GET", path);
        Arc::from(recording.finished(200).unwrap())
    }

    /// The tasks that these visits have done.
    fn done(paths: &[&str]) -> Vec<&'static str> {
        let records: Vec<_> = paths.iter().map(|path| visit(path)).collect();
        let done = LESSON.tasks.iter().filter(|task| (task.done)(&records));
        done.map(|task| task.id).collect()
    }

    #[test]
    fn opening_the_pages_does_no_task() {
        assert!(done(&["/0300", "/0300", "/0300", "/0300/carried"]).is_empty());
    }

    #[test]
    fn each_task_is_done_by_its_own_visits() {
        let to = |query: &str| format!("/0300/carried?{query}");
        let [two, three] = ["visits=2", "visits=3"].map(to);
        assert_eq!(done(&[FORGETS_AGAIN, FORGETS_AGAIN]), ["forgotten"]);
        assert_eq!(done(&[CARRIED, &two, &three]), ["carried"]);
        assert_eq!(done(&[&three, CARRIED]), ["lost"]);
        let own = ["visits=5&name=Kim", "visits=6&name=Kim"].map(to);
        assert_eq!(done(&[&own[0], &own[1]]), ["named"]);
        assert!(done(&[&own[1], &own[0]]).is_empty());
        let ann = ["visits=40&name=Ann", "visits=41&name=Ann"].map(to);
        assert_eq!(done(&[&ann[0], &ann[1]]), ["taken-over"]);
    }
}
